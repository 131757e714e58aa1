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
 */
public record BlockPart(
        String topic, EventType type, int incarnation, long from, long to, boolean idle, List<BlockEntry> entries) {
    public BlockPart {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(entries, "entries");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException(
                    "expected a range of " + topic + " with 0 <= from <= to, found [" + from + ", " + to + ")");
        }
    }
}
