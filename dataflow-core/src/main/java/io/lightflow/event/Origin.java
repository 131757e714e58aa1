package io.lightflow.event;

/**
 * Where an event came from within its shard. The incarnation identifies the topic, and the shard is the partition.
 *
 * @param incarnation first 32 bits of the Kafka topic id
 * @param offset offset in the topic-partition
 */
public record Origin(int incarnation, long offset) {
    public Origin {
        if (offset < 0) {
            throw new IllegalArgumentException("expected an offset of 0 or more, found " + offset);
        }
    }
}
