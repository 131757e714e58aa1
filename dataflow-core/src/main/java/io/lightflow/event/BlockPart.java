package io.lightflow.event;

import java.util.List;
import java.util.Objects;

/**
 * What was polled of one topic-partition: the half-open range of offsets [from, to) and the records in it. The range is
 * what counts, since transaction markers and aborted records take offsets too.
 *
 * @param topic name of the topic
 * @param type kind of its events
 * @param incarnation first 32 bits of the Kafka topic id
 * @param from first offset of the range
 * @param to offset after the range
 * @param idle true if the partition was caught up and had nothing for longer than the idle limit, and may be left out
 *     of the watermark
 * @param entries the records, by rising offset
 */
public record BlockPart(
        String topic, EventType type, int incarnation, long from, long to, boolean idle, List<BlockEntry> entries) {
    public BlockPart {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(entries, "entries");
        if (from < 0 || to < from) {
            throw new IllegalArgumentException(
                    "the range of " + topic + " must be 0 <= from <= to, found [" + from + ", " + to + ")");
        }
    }
}
