package io.lightflow.batch;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;
import java.util.Objects;

/**
 * All records of one topic-partition.
 *
 * @param topic name of the topic
 * @param type type of its events
 * @param incarnation first 32 bits of the Kafka topic id, or any number that is unique among the inputs
 * @param entries the records, by ascending offset; read once
 */
public record BatchInput(String topic, EventType type, int incarnation, Iterable<? extends BlockEntry> entries) {
    public BatchInput {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(entries, "entries");
    }
}
