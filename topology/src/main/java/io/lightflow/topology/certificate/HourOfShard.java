package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.certificate.Difference.What;
import io.lightflow.topology.certificate.LightRecord.Claim;
import io.lightflow.topology.certificate.LightRecord.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The light events of one shard and hour, and the outcome of each. Input comes in this order: light records topic by
 * topic and by rising offset; outputs, those of impressions last; records of the front clusters; the tally.
 *
 * <p>The origin of an output tells which copy of an event was emitted. The other copies, with the same fingerprint, are
 * duplicates. An event takes as much memory as in {@link EventTable}, a click or a conversion about 250 bytes more. Not
 * thread-safe.
 */
final class HourOfShard {
    private static final int FATE_BITS = 7;
    private static final int UNSTORED = 8;
    /** The event was emitted with an origin that is none of these records. */
    private static final int PUT_OUT_ELSEWHERE = 16;
    /** The same, validly and within this hour. */
    private static final int PUT_OUT_ELSEWHERE_NOW = 32;

    private static final int NO_EVENT = 64;
    private static final int IN_FRONT = 128;

    private final int shard;
    private final long begin;
    private final PossibleRules rules;
    private final List<LightTopic> topics;
    private final Map<String, Integer> topicNumbers = new HashMap<>();
    private final EventTally tally = new EventTally();
    private final DifferenceList differences = new DifferenceList();

    private final EventTable table;
    /** By row, of clicks and conversions. */
    private final Map<Integer, Claim> claims = new HashMap<>();
    /** Rows of clicks that were not emitted, by the impression that they name; null until first needed. */
    private Map<EventFingerprint, List<Integer>> unjoinedClicks;
    /** Rows of conversions that a waiting click could win. */
    private final Set<Integer> mayWait = new HashSet<>();
    /** Rows of {@link #unjoinedClicks} whose impression was emitted. */
    private final Map<Integer, String> impressionsThere = new HashMap<>();

    /**
     * @param begin first ms of the hour
     * @param topics the light topics of the shard
     */
    HourOfShard(int shard, long begin, PossibleRules rules, List<LightTopic> topics) {
        this.shard = shard;
        this.begin = begin;
        this.rules = rules;
        this.topics = List.copyOf(topics);
        this.table = new EventTable(topics.size());
        for (int i = 0; i < topics.size(); i++) {
            topicNumbers.put(topics.get(i).name(), i);
        }
    }

    int shard() {
        return shard;
    }

    /** First ms of the hour. */
    long begin() {
        return begin;
    }

    private boolean isOfHour(long time) {
        return time >= begin && time < begin + Statistics.HOUR_MS;
    }

    private boolean isOfHour(LightRecord record) {
        return record.kind() != Kind.BEACON && isOfHour(record.time());
    }

    // Light events

    /** Begins a topic, to which the next records belong; topics come by rising number. */
    void beginTopic(int topic) {
        table.beginTopic(topic);
    }

    /** Takes a record if it is of the hour; by rising offset. */
    void light(long offset, LightRecord record) {
        if (!isOfHour(record)) {
            return;
        }
        int row = table.add(record.fingerprint(), offset, (int) (record.time() - begin));
        if (record.kind() == Kind.UNREADABLE) {
            table.mark(row, NO_EVENT);
        }
        if (record.claim() != null) {
            claims.put(row, record.claim());
        }
        tally.add(record.type(), AuditCategory.IN, 1);
    }

    private LightTopic topicOf(int row) {
        return topics.get(table.topicOf(row));
    }

    private long timeOf(int row) {
        return begin + table.time(row);
    }

    private boolean has(int row, int mark) {
        return (table.marks(row) & mark) != 0;
    }

    private Fate fateOf(int row) {
        int number = table.marks(row) & FATE_BITS;
        return number == 0 ? null : Fate.values()[number - 1];
    }

    /** Whether the join has ingested and emitted the event. */
    private boolean isEmitted(int row) {
        Fate fate = fateOf(row);
        return fate != null && fate != Fate.REJECTED;
    }

    // Outputs

    /**
     * Takes an output of any hour.
     *
     * @param topic the output topic
     * @param offset its offset there
     * @param committed whether the light event was below the join's position when the watermark was looked up
     */
    void output(String topic, long offset, OutputRecord output, boolean committed) {
        Integer number = topicNumbers.get(output.topic());
        boolean present = number != null && topics.get(number).incarnation() == output.incarnation();
        int row = present ? table.rowAt(number, output.offset()) : EventTable.NONE;
        if (row != EventTable.NONE) {
            ownOutput(row, topic, offset, output);
        } else if (output.fate() != Fate.REJECTED) {
            boolean now = isOfHour(output.time()) && !output.unstored();
            for (int copy : table.rowsOf(output.fingerprint())) {
                table.mark(copy, PUT_OUT_ELSEWHERE | (now ? PUT_OUT_ELSEWHERE_NOW : 0));
            }
        }
        if (row == EventTable.NONE && present && isOfHour(output.time())) {
            withoutLight(topics.get(number), topic, offset, output);
        }
        if (output.type() == EventType.IMPRESSION && output.fate() == Fate.JOINED && !output.unstored() && committed) {
            impressionThere(topic, offset, output);
        }
    }

    private void ownOutput(int row, String topic, long offset, OutputRecord output) {
        if (fateOf(row) != null) {
            differ(
                    What.PUT_OUT_TWICE,
                    row,
                    "the event was emitted again at offset " + offset + " of " + topic + "-" + shard);
            return;
        }
        table.mark(row, output.fate().ordinal() + 1 | (output.unstored() ? UNSTORED : 0));
    }

    private void withoutLight(LightTopic light, String topic, long offset, OutputRecord output) {
        if (output.offset() >= light.to()) {
            return; // of a later commit
        }
        String why = output.offset() < light.begin()
                ? "the light record that it names is deleted, and cannot be counted: offset "
                : "the light record that it names is not there, or not of this hour: offset ";
        differences.add(new Difference(
                What.NO_LIGHT_EVENT,
                Difference.CENTRAL,
                topic,
                shard,
                offset,
                output.type(),
                why + output.offset() + " of " + light.name() + "-" + shard));
    }

    /** A click below the position is joined as soon as its impression is, too. */
    private void impressionThere(String topic, long offset, OutputRecord impression) {
        if (unjoinedClicks == null) {
            unjoinedClicks = new HashMap<>();
            claims.forEach((row, claim) -> {
                if (topicOf(row).type() == EventType.CLICK && fateOf(row) == null) {
                    unjoinedClicks
                            .computeIfAbsent(claim.impression(), none -> new ArrayList<>(1))
                            .add(row);
                }
            });
        }
        for (int row : unjoinedClicks.getOrDefault(impression.fingerprint(), List.of())) {
            if (rules.mustJoin(timeOf(row), claims.get(row).advertiserId(), impression.time())) {
                impressionsThere.put(row, topic + "-" + shard + " at offset " + offset);
            }
        }
    }

    // Front clusters

    /**
     * Takes a record of a front cluster.
     *
     * @param topic number of its topic in the central cluster
     * @return whether it is of the hour and has no copy in the central cluster
     */
    boolean front(int topic, LightRecord record) {
        if (!isOfHour(record)) {
            return false;
        }
        tally.add(record.type(), AuditCategory.FRONT, 1);
        for (int row : table.rowsOf(record.fingerprint())) {
            if (table.topicOf(row) == topic && !has(row, IN_FRONT)) {
                table.mark(row, IN_FRONT);
                return false;
            }
        }
        return true;
    }

    /** Takes a record for which {@link #front} returned true, and that the mirror has passed. */
    void notMirrored(int topic, String frontTopic, long offset) {
        LightTopic light = topics.get(topic);
        differences.add(new Difference(
                What.NOT_MIRRORED,
                light.dc(),
                frontTopic,
                shard,
                offset,
                light.type(),
                "the event is not in " + light.name() + "-" + shard + ", which has later ones"));
    }

    /** Takes a record for which {@link #front} returned true, behind all that the join has read of its partition. */
    void underWay(int topic) {
        tally.add(topics.get(topic).type(), AuditCategory.UNDER_WAY, 1);
    }

    /** Ends the records of the topic's front cluster. */
    void frontDone(int topic, String frontTopic) {
        LightTopic light = topics.get(topic);
        for (int row = table.firstRow(topic); row < table.firstRow(topic + 1); row++) {
            if (has(row, IN_FRONT)) {
                continue;
            }
            if (table.copiesOf(row).stream().anyMatch(copy -> has(copy, IN_FRONT) && table.topicOf(copy) == topic)) {
                tally.add(light.type(), AuditCategory.TWICE, 1);
            } else {
                differ(
                        What.NOT_IN_FRONT,
                        row,
                        "the event is not in " + frontTopic + "-" + shard + " of the front cluster");
            }
        }
    }

    /** Notes that records at the beginning of a topic-partition are gone, some of which may have been of the hour. */
    void deleted(String cluster, String topic, EventType type, long firstThere) {
        differences.add(new Difference(
                What.DELETED,
                cluster,
                topic,
                shard,
                firstThere,
                type,
                "the records before it are deleted, and some may have been of this hour: they cannot be counted"));
    }

    // The tally

    /**
     * Ends the counting.
     *
     * @param watermark the shard's watermark after it had passed everything that was read here
     */
    void settle(long watermark) {
        for (int row = 0; row < table.size(); row++) {
            EventType type = topicOf(row).type();
            Fate fate = fateOf(row);
            if (fate != null) {
                tally.add(type, AuditCategory.valueOf(fate.name()), 1);
                requireOnce(row);
            } else if (isDuplicate(row)) {
                tally.add(type, AuditCategory.DUPLICATE, 1);
            } else {
                String overdue = whyOverdue(row, type, watermark);
                tally.add(type, overdue == null ? AuditCategory.WAITING : AuditCategory.LOST, 1);
                if (overdue != null) {
                    differ(What.NOT_PUT_OUT, row, overdue);
                }
            }
        }
    }

    /** Only one copy of an event is emitted, unless the row of the event had outgrown its cap. */
    private void requireOnce(int row) {
        if (!isEmitted(row) || has(row, UNSTORED)) {
            return;
        }
        if (has(row, PUT_OUT_ELSEWHERE_NOW)) {
            differ(What.PUT_OUT_TWICE, row, "the event was emitted with another origin, too, of a topic's former life");
        }
        for (int copy : table.copiesOf(row)) {
            if (copy < row && isEmitted(copy)) {
                differ(
                        What.PUT_OUT_TWICE,
                        row,
                        "the event was emitted with another origin, too: offset " + table.offset(copy) + " of "
                                + topicOf(copy).name() + "-" + shard);
                return;
            }
        }
    }

    /** Whether another copy was emitted; or none was yet, and this is not the first. */
    private boolean isDuplicate(int row) {
        if (has(row, NO_EVENT)) {
            return false;
        }
        if (has(row, PUT_OUT_ELSEWHERE)) {
            return true;
        }
        List<Integer> copies = table.copiesOf(row);
        return copies.size() > 1
                && copies.stream().anyMatch(copy -> isEmitted(copy) || copy < row && fateOf(copy) == null);
    }

    /**
     * Types of events that were due but not emitted, as far as is known by now. Each may be a copy of an event that was
     * emitted before everything that was read, so earlier outputs should be read as well.
     */
    Set<EventType> overdue(long watermark) {
        Set<EventType> types = EnumSet.noneOf(EventType.class);
        for (int row = 0; row < table.size(); row++) {
            EventType type = topicOf(row).type();
            if (fateOf(row) == null
                    && !has(row, NO_EVENT)
                    && !types.contains(type)
                    && !isDuplicate(row)
                    && whyOverdue(row, type, watermark) != null) {
                types.add(type);
            }
        }
        return types;
    }

    /** The conversions that may wait only for a click that itself waits. */
    List<WaitingConversion> waitingForClicks(long watermark) {
        List<WaitingConversion> waiting = new ArrayList<>();
        claims.forEach((row, claim) -> {
            if (topicOf(row).type() == EventType.CONVERSION
                    && fateOf(row) == null
                    && !isDuplicate(row)
                    && watermark >= dueOf(row, EventType.CONVERSION)) {
                waiting.add(new WaitingConversion(row, timeOf(row), claim));
            }
        });
        return waiting;
    }

    /** @param row for {@link #mayWait} */
    record WaitingConversion(int row, long time, Claim claim) {}

    /** Lets a conversion wait, since a click that could win waits. */
    void mayWait(WaitingConversion conversion) {
        mayWait.add(conversion.row());
    }

    /** Why an event that was not emitted is overdue; null if it may wait. */
    private String whyOverdue(int row, EventType type, long watermark) {
        if (has(row, NO_EVENT)) {
            return "the record is no event, but was not rejected";
        }
        if (type == EventType.IMPRESSION || type == EventType.TAG) {
            return "the event was read by the join, but was not emitted";
        }
        if (type == EventType.CLICK && impressionsThere.containsKey(row)) {
            return "the click was not emitted, although its impression was: " + impressionsThere.get(row);
        }
        if (type == EventType.CONVERSION && mayWait.contains(row)) {
            return null;
        }
        long due = dueOf(row, type);
        return watermark < due
                ? null
                : "the event was not emitted, although it had to be at watermark " + Instant.ofEpochMilli(due);
    }

    /** The watermark at which a click or a conversion was decided by all rules that may have applied. */
    private long dueOf(int row, EventType type) {
        long time = timeOf(row);
        Duration wait = type == EventType.CLICK
                ? rules.orphanAfter(time, claims.get(row).advertiserId())
                : rules.allowedDisorder(time);
        return time + wait.toMillis() + 1;
    }

    private void differ(What what, int row, String words) {
        LightTopic light = topicOf(row);
        differences.add(new Difference(
                what,
                Difference.CENTRAL,
                light.name(),
                shard,
                table.offset(row),
                light.type(),
                words + " (event of " + Instant.ofEpochMilli(timeOf(row)) + ")"));
    }

    EventTally tally() {
        return tally;
    }

    DifferenceList differences() {
        return differences;
    }
}
