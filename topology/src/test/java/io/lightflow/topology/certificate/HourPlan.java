package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.certificate.LightRecord.Claim;
import io.lightflow.topology.certificate.LightRecord.Kind;
import io.lightflow.topology.settings.JoinRules;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * An hour of a shard in which all is well, drawn at random: what two data centers have produced, what the mirror has
 * made of it, what the join has emitted, and what a certificate must count.
 */
final class HourPlan {
    static final int SHARD = 3;
    static final long BEGIN = 1_767_261_600_000L;
    private static final JoinRules RULES = JoinRules.parse("{}");
    static final PossibleRules UNCHANGED = new PossibleRules("us", List.of(), RULES);

    private static final List<String> DCS = List.of("us-west", "us-east");
    private static final long ORPHAN_AFTER_MS = RULES.orphanAfter().toMillis();

    /** A record at its offset. */
    record At(long offset, LightRecord record) {}

    /** An output, at its offset in an output topic. */
    record Out(String topic, long offset, OutputRecord record) {}

    final List<LightTopic> topics = new ArrayList<>();
    /** By topic. */
    final List<List<At>> central = new ArrayList<>();
    /** By topic. */
    final List<List<At>> front = new ArrayList<>();

    final List<Out> outputs = new ArrayList<>();
    final EventTally expected = new EventTally();
    final long watermark;

    /** The events that wait, some of them for a click that waits itself. */
    private final Set<Claim> waiting = new HashSet<>();

    private final Random random;
    private final EventFingerprint.Maker fingerprints = new EventFingerprint.Maker();
    /** By topic: records that the mirror has not copied yet. */
    private final List<List<LightRecord>> underWay = new ArrayList<>();

    private int ids;

    HourPlan(long seed) {
        random = new Random(seed);
        watermark = BEGIN + Statistics.HOUR_MS + random.nextInt(30) * Statistics.HOUR_MS + random.nextInt(1_000);
        for (String dc : DCS) {
            for (EventType type : EventType.values()) {
                int number = topics.size();
                topics.add(new LightTopic(type.centralTopic(dc), dc, type, 100 + number, 0, 0, 1_000_000));
                central.add(new ArrayList<>());
                front.add(new ArrayList<>());
                underWay.add(new ArrayList<>());
            }
        }
        int events = random.nextInt(80);
        for (int i = 0; i < events; i++) {
            addEvent();
        }
        for (int topic = 0; topic < topics.size(); topic++) {
            // As in production, something of the next hour follows, and has been read by the join.
            produce(topic, beacon(topic), 1);
            for (LightRecord record : underWay.get(topic)) {
                add(front.get(topic), record);
                count(topic, record, AuditCategory.FRONT);
                count(topic, record, AuditCategory.UNDER_WAY);
            }
        }
        // Those of impressions come last.
        outputs.sort((a, b) -> Boolean.compare(isImpression(a), isImpression(b)));
    }

    private static boolean isImpression(Out out) {
        return out.record().type() == EventType.IMPRESSION;
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private EventFingerprint fresh(int kind) {
        return fingerprints.of(kind, Integer.toString(ids++).getBytes(StandardCharsets.UTF_8));
    }

    private LightRecord beacon(int topic) {
        EventType type = topics.get(topic).type();
        return new LightRecord(Kind.BEACON, type, fresh(99), BEGIN + Statistics.HOUR_MS, null);
    }

    /** In the hour, or up to an hour before or after. */
    private long time() {
        double where = random.nextDouble();
        long hour = where < 0.1 ? -1 : where < 0.2 ? 1 : 0;
        return BEGIN + hour * Statistics.HOUR_MS + random.nextInt((int) Statistics.HOUR_MS);
    }

    private boolean isOfHour(long time) {
        return time >= BEGIN && time < BEGIN + Statistics.HOUR_MS;
    }

    private void count(int topic, LightRecord record, AuditCategory column) {
        if (record.kind() != Kind.BEACON && isOfHour(record.time())) {
            expected.add(topics.get(topic).type(), column, 1);
        }
    }

    private At add(List<At> log, LightRecord record) {
        long last = log.isEmpty() ? -1 : log.get(log.size() - 1).offset();
        At at = new At(last + 1 + random.nextInt(3), record);
        log.add(at);
        return at;
    }

    /** A record and its copies; returns the offsets of the latter. */
    private List<At> produce(int topic, LightRecord record, int copies) {
        add(front.get(topic), record);
        count(topic, record, AuditCategory.FRONT);
        List<At> made = new ArrayList<>();
        for (int copy = 0; copy < copies; copy++) {
            made.add(add(central.get(topic), record));
            count(topic, record, AuditCategory.IN);
            if (copy > 0) {
                count(topic, record, AuditCategory.TWICE);
            }
        }
        return made;
    }

    private void addEvent() {
        EventType type = EventType.values()[random.nextInt(4)];
        int topic = random.nextInt(2) * 4 + type.ordinal();
        if (chance(0.05)) {
            LightRecord bad = new LightRecord(Kind.UNREADABLE, type, fresh(50), time(), null);
            int times = chance(0.3) ? 2 : 1;
            for (int i = 0; i < times; i++) {
                for (At at : produce(topic, bad, chance(0.2) ? 2 : 1)) {
                    putOut(topic, at, Fate.REJECTED, false);
                }
            }
            return;
        }
        Claim claim =
                switch (type) {
                    case IMPRESSION, TAG -> null;
                    case CLICK -> new Claim("advertiser", fresh(98), fresh(EventType.IMPRESSION.ordinal()), null);
                    case CONVERSION -> new Claim("advertiser", fresh(98), null, null);
                };
        LightRecord event = new LightRecord(Kind.EVENT, type, fresh(type.ordinal()), time(), claim);
        if (chance(0.03)) {
            underWay.get(topic).add(event);
            return;
        }
        List<Integer> places = new ArrayList<>();
        List<At> copies = new ArrayList<>();
        int produced = chance(0.2) ? 2 : 1;
        for (int i = 0; i < produced; i++) {
            // The other data center may have it, too.
            int place = i == 0 || chance(0.5) ? topic : (topic + 4) % 8;
            for (At at : produce(place, event, chance(0.1) ? 2 : 1)) {
                places.add(place);
                copies.add(at);
            }
        }
        decide(type, event, places, copies);
    }

    private void decide(EventType type, LightRecord event, List<Integer> places, List<At> copies) {
        double what = random.nextDouble();
        if (chance(0.05)) {
            // It came before, stamped with another time: all of these are copies of it.
            for (int place : places) {
                count(place, event, AuditCategory.DUPLICATE);
            }
            outputs.add(
                    new Out("us.joined.earlier", ids, output(places.get(0), -9, Fate.JOINED, event, BEGIN - 1, false)));
            return;
        }
        if (what < 0.05) {
            // Readable, and refused for something else; or cut off by its row's cap. Each copy by itself.
            boolean refused = chance(0.5);
            for (int i = 0; i < copies.size(); i++) {
                putOut(places.get(i), copies.get(i), refused ? Fate.REJECTED : Fate.JOINED, !refused);
            }
            return;
        }
        Fate fate = Fate.JOINED;
        if (type == EventType.CLICK && what < 0.3) {
            fate = Fate.ORPHANED;
        } else if (type == EventType.CONVERSION && what < 0.4) {
            fate = Fate.UNATTRIBUTED;
        }
        boolean mayWait = EnumSet.of(EventType.CLICK, EventType.CONVERSION).contains(type)
                && event.time() + ORPHAN_AFTER_MS >= watermark;
        int first = random.nextInt(copies.size());
        if (mayWait && what > 0.7) {
            count(places.get(first), event, AuditCategory.WAITING);
            waiting.add(event.claim());
        } else {
            putOut(places.get(first), copies.get(first), fate, false);
            if (type == EventType.CLICK && fate == Fate.JOINED) {
                impressionOf(event);
            }
        }
        for (int i = 0; i < copies.size(); i++) {
            if (i != first) {
                count(places.get(i), event, AuditCategory.DUPLICATE);
            }
        }
    }

    /** An earlier hour's, whose light event is out of sight. */
    private void impressionOf(LightRecord click) {
        outputs.add(new Out(
                "us.joined.impressions",
                ids,
                new OutputRecord(
                        Fate.JOINED,
                        EventType.IMPRESSION,
                        "us-west.impressions",
                        7,
                        ids,
                        click.claim().impression(),
                        BEGIN - Statistics.HOUR_MS,
                        false)));
    }

    private void putOut(int topic, At at, Fate fate, boolean invalid) {
        LightRecord event = at.record();
        outputs.add(new Out(
                "us.joined." + event.type().plural(),
                outputs.size(),
                output(topic, at.offset(), fate, event, event.time(), invalid)));
        count(topic, event, AuditCategory.valueOf(fate.name()));
    }

    private OutputRecord output(int topic, long offset, Fate fate, LightRecord event, long time, boolean invalid) {
        LightTopic light = topics.get(topic);
        return new OutputRecord(
                fate, light.type(), light.name(), light.incarnation(), offset, event.fingerprint(), time, invalid);
    }

    /** Counts the hour as it stands. */
    HourOfShard count() {
        HourOfShard hour = new HourOfShard(SHARD, BEGIN, UNCHANGED, topics);
        List<TopicEnd> tails = new ArrayList<>();
        for (int topic = 0; topic < topics.size(); topic++) {
            hour.beginTopic(topic);
            TopicEnd tail = new TopicEnd();
            for (At at : central.get(topic)) {
                hour.light(at.offset(), at.record());
                tail.add(at.record());
            }
            tails.add(tail);
        }
        for (Out out : outputs) {
            hour.output(out.topic(), out.offset(), out.record(), true);
        }
        for (int topic = 0; topic < topics.size(); topic++) {
            FrontPartition matching =
                    new FrontPartition(hour, topic, topics.get(topic).type().plural(), tails.get(topic));
            front.get(topic).forEach(at -> matching.take(at.offset(), at.record()));
            matching.finish();
        }
        hour.waitingForClicks(watermark).stream()
                .filter(conversion -> waiting.contains(conversion.claim()))
                .forEach(hour::mayWait);
        hour.settle(watermark);
        return hour;
    }
}
