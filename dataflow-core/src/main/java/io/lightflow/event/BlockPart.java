package io.lightflow.event;

import java.util.List;
import java.util.Objects;

/**
 * The records that were polled from one topic-partition, with their half-open range of offsets [from, to). The range
 * decides, not the records: transaction markers and aborted records take offsets too.
 *
 * @param topic name of the topic
 * @param type type of its events
 * @param incarnation first 32 bits of the Kafka topic id
 * @param from first offset of the range
 * @param to offset after the range
 * @param idle whether the partition was fully read and empty for longer than the idle limit; the watermark then ignores
 *     it
 * @param entries the records, by ascending offset
 * @param leaderEpoch epoch of the partition's leader that wrote what lies before {@code to}; -1 if unknown
 */
public record BlockPart(
        String topic,
        EventType type,
        int incarnation,
        long from,
        long to,
        boolean idle,
        List<BlockEntry> entries,
        int leaderEpoch) {

    /** A part whose leader epoch is unknown. */
    public BlockPart(
            String topic, EventType type, int incarnation, long from, long to, boolean idle, List<BlockEntry> entries) {
        this(topic, type, incarnation, from, to, idle, entries, -1);
    }

    public BlockPart {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(entries, "entries");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException(
                    "expected a range of " + topic + " with 0 <= from <= to, found [" + from + ", " + to + ")");
        }
    }

    /** The part up to a number of its records. It is idle only if the part is, and no record follows. */
    BlockPart first(int count) {
        boolean stillIdle = idle && count == entries.size();
        return new BlockPart(topic, type, incarnation, from, cut(count), stillIdle, entries.subList(0, count));
    }

    /** The part after a number of its records. */
    BlockPart afterFirst(int count) {
        List<BlockEntry> rest = entries.subList(count, entries.size());
        return new BlockPart(topic, type, incarnation, cut(count), to, idle, rest, leaderEpoch);
    }

    private long cut(int count) {
        return count == 0
                ? from
                : count == entries.size() ? to : entries.get(count).offset();
    }
}
