package io.lightflow.position;

import io.lightflow.event.EventType;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.ProducerClocks.Clock;
import io.lightflow.position.TopicPosition.Incarnation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The stored format of a position: one line of ASCII that operators can read, and that fits into the metadata of a
 * Kafka offset and into a column.
 *
 * <pre>
 * v1|wm=1370448000000|tx=42|IMPRESSION=IN:10,JOINED:9,DUPLICATE:1|us.clicks=1a2b3c4d:17@1370448000000|takeovers=3
 * </pre>
 *
 * A topic's value lists its incarnations in hexadecimal, each with its next offset, ending with the one read last. Then
 * follow {@code @} and the topic's greatest event time. Books omit counts of 0. A missing time is {@code -}.
 *
 * <p>Further fields come last. Those of {@link JoinProgress} are {@code takeovers}, {@code timers}, the due time of the
 * last timer, and {@code ahead}, such as {@code 1370448000001:dXNlcg}: the time and the last key of {@link KeysAhead},
 * in Base64. They are missing if they have no value. A build that does not know {@code ahead} refuses the position,
 * since it would fire timers twice. The others have the form of a topic and a name that no topic has, so a build that
 * does not know them keeps them:
 *
 * <ul>
 *   <li>{@code store=1a2b3c4d:42@7} is the store: its id, its sequence and its attempt.
 *   <li>{@code ~us.clicks=1a2b3c4d:3@-} holds the leader epochs of a topic's incarnations, as far as they are known.
 *   <li>{@code ~us.clicks~web-1=0:350,1:60000,2:120@1370447999000} is the clock of a producer: silence, presence, how
 *       far it was ahead of the reader's clock (or behind, with the number 3), and the time of its last beacon.
 * </ul>
 */
public final class PositionCodec {
    private static final String VERSION = "v1";
    private static final String STORE = "store";
    private static final String AHEAD_KEYS = "ahead";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    /** Begins the names of leader epochs and clocks, and separates a topic from its producer. */
    private static final char MARK = '~';

    private static final int SILENT = 0;
    private static final int PRESENT = 1;
    private static final int AHEAD = 2;
    private static final int BEHIND = 3;

    private PositionCodec() {}

    public static String encode(Position position) {
        StringBuilder text = new StringBuilder(VERSION)
                .append("|wm=")
                .append(time(position.watermark()))
                .append("|tx=")
                .append(position.txid());
        for (EventType type : EventType.values()) {
            StringBuilder entries = new StringBuilder();
            for (Entry entry : Entry.values()) {
                long count = position.books().get(type, entry);
                if (count != 0) {
                    entries.append(entries.isEmpty() ? "" : ",")
                            .append(entry)
                            .append(':')
                            .append(count);
                }
            }
            if (!entries.isEmpty()) {
                text.append('|').append(type).append('=').append(entries);
            }
        }
        for (Map.Entry<String, TopicPosition> topic : position.topics().entrySet()) {
            text.append('|').append(topic.getKey()).append('=');
            String separator = "";
            for (Incarnation incarnation : topic.getValue().incarnations()) {
                text.append(separator)
                        .append(Integer.toHexString(incarnation.id()))
                        .append(':')
                        .append(incarnation.nextOffset());
                separator = ",";
            }
            text.append('@').append(time(topic.getValue().maxTime()));
        }
        if (position.store().isKnown()) {
            text.append('|')
                    .append(STORE)
                    .append('=')
                    .append(Integer.toHexString(position.store().id()))
                    .append(':')
                    .append(position.store().sequence())
                    .append('@')
                    .append(position.store().attempt());
        }
        JoinProgress join = position.join();
        if (join.takeovers() != 0) {
            text.append("|takeovers=").append(join.takeovers());
        }
        if (join.lastTimer() != Position.NO_TIME) {
            text.append("|timers=").append(join.lastTimer());
        }
        if (join.ahead().time() != Position.NO_TIME) {
            text.append('|').append(AHEAD_KEYS).append('=').append(join.ahead().time());
            text.append(':').append(BASE64.encodeToString(join.ahead().lastKey().getBytes(StandardCharsets.UTF_8)));
        }
        position.topics().forEach((topic, at) -> appendEpochs(text, topic, at.incarnations()));
        position.topics().forEach((topic, at) -> appendClocks(text, topic, at.clocks()));
        return text.toString();
    }

    private static void appendEpochs(StringBuilder text, String topic, List<Incarnation> incarnations) {
        String separator = "|" + MARK + topic + "=";
        for (Incarnation incarnation : incarnations) {
            if (incarnation.leaderEpoch() != Incarnation.NO_EPOCH) {
                text.append(separator)
                        .append(Integer.toHexString(incarnation.id()))
                        .append(':')
                        .append(incarnation.leaderEpoch());
                separator = ",";
            }
        }
        if (separator.equals(",")) {
            text.append('@').append(time(Position.NO_TIME));
        }
    }

    private static void appendClocks(StringBuilder text, String topic, ProducerClocks clocks) {
        for (Clock clock : clocks.clocks()) {
            text.append('|').append(MARK).append(topic).append(MARK).append(clock.producer());
            text.append('=').append(SILENT).append(':').append(clock.silentMs());
            text.append(',').append(PRESENT).append(':').append(clock.presentMs());
            text.append(',').append(clock.offsetMs() < 0 ? BEHIND : AHEAD);
            text.append(':').append(Math.abs(clock.offsetMs()));
            text.append('@').append(clock.time());
        }
    }

    /** @throws IllegalArgumentException if the string is not a position; the message contains it */
    public static Position decode(String text) {
        String[] fields = text.split("\\|", -1);
        if (!fields[0].equals(VERSION)) {
            throw new IllegalArgumentException(
                    "expected a stored position that starts with " + VERSION + "|, found: " + text);
        }
        try {
            long watermark = Position.NO_TIME;
            long txid = 0;
            int takeovers = 0;
            long lastTimer = Position.NO_TIME;
            KeysAhead ahead = KeysAhead.NONE;
            Books.Editor books = Books.EMPTY.edit();
            SortedMap<String, TopicPosition> topics = new TreeMap<>();
            StoreVersion store = StoreVersion.UNKNOWN;
            SortedMap<String, TopicPosition> marked = new TreeMap<>();
            List<String> clocks = new ArrayList<>();
            for (int i = 1; i < fields.length; i++) {
                int equals = fields[i].lastIndexOf('=');
                String name = fields[i].substring(0, equals);
                String value = fields[i].substring(equals + 1);
                switch (name) {
                    case "wm" -> watermark = time(value);
                    case "tx" -> txid = Long.parseLong(value);
                    case "takeovers" -> takeovers = Integer.parseInt(value);
                    case "timers" -> lastTimer = Long.parseLong(value);
                    case AHEAD_KEYS -> ahead = ahead(value);
                    case "IMPRESSION", "CLICK", "CONVERSION", "TAG" -> {
                        for (String entry : value.split(",")) {
                            int colon = entry.indexOf(':');
                            books.add(
                                    EventType.valueOf(name),
                                    Entry.valueOf(entry.substring(0, colon)),
                                    Long.parseLong(entry.substring(colon + 1)));
                        }
                    }
                    case STORE -> {
                        TopicPosition version = topic(value);
                        store = new StoreVersion(
                                version.current().id(),
                                version.current().nextOffset(),
                                Math.toIntExact(version.maxTime()));
                    }
                    default -> {
                        if (name.charAt(0) != MARK) {
                            topics.put(name, topic(value));
                        } else {
                            marked.put(name, topic(value));
                            clocks.add(name);
                        }
                    }
                }
            }
            topics.replaceAll((topic, at) -> withMarks(topic, at, marked, clocks));
            JoinProgress join = new JoinProgress(takeovers, lastTimer, ahead);
            return new Position(topics, watermark, txid, books.done(), store, join);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
            throw new IllegalArgumentException("expected a stored position, found: " + text, e);
        }
    }

    private static KeysAhead ahead(String value) {
        int colon = value.indexOf(':');
        byte[] lastKey = Base64.getUrlDecoder().decode(value.substring(colon + 1));
        return new KeysAhead(Long.parseLong(value.substring(0, colon)), new String(lastKey, StandardCharsets.UTF_8));
    }

    /** A topic with the leader epochs and the clocks that other fields hold. */
    private static TopicPosition withMarks(
            String topic, TopicPosition at, SortedMap<String, TopicPosition> marked, List<String> names) {
        TopicPosition epochs = marked.get(MARK + topic);
        String prefix = MARK + topic + MARK;
        List<Clock> clocks = new ArrayList<>();
        for (String name : names) {
            if (name.startsWith(prefix)) {
                clocks.add(clock(name.substring(prefix.length()), marked.get(name)));
            }
        }
        List<Incarnation> incarnations = at.incarnations().stream()
                .map(incarnation -> new Incarnation(
                        incarnation.id(), incarnation.nextOffset(), leaderEpoch(incarnation.id(), epochs)))
                .toList();
        return new TopicPosition(incarnations, at.maxTime(), new ProducerClocks(clocks));
    }

    private static int leaderEpoch(int incarnation, TopicPosition epochs) {
        if (epochs != null) {
            for (Incarnation each : epochs.incarnations()) {
                if (each.id() == incarnation) {
                    return Math.toIntExact(each.nextOffset());
                }
            }
        }
        return Incarnation.NO_EPOCH;
    }

    private static Clock clock(String producer, TopicPosition found) {
        long offset = found.at(AHEAD).nextOffset() - found.at(BEHIND).nextOffset();
        return new Clock(
                producer,
                found.maxTime(),
                found.at(SILENT).nextOffset(),
                found.at(PRESENT).nextOffset(),
                offset);
    }

    private static TopicPosition topic(String value) {
        int at = value.lastIndexOf('@');
        List<Incarnation> all = new ArrayList<>();
        for (String life : value.substring(0, at).split(",")) {
            int colon = life.indexOf(':');
            all.add(new Incarnation(
                    Integer.parseUnsignedInt(life.substring(0, colon), 16), Long.parseLong(life.substring(colon + 1))));
        }
        return new TopicPosition(all, time(value.substring(at + 1)));
    }

    private static String time(long time) {
        return time == Position.NO_TIME ? "-" : Long.toString(time);
    }

    private static long time(String text) {
        return text.equals("-") ? Position.NO_TIME : Long.parseLong(text);
    }
}
