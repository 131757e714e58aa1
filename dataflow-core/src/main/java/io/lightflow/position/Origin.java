package io.lightflow.position;

/**
 * Where an event came from, within its shard: the incarnation names the topic, the shard is the partition.
 *
 * @param incarnation first 32 bits of the Kafka topic id
 * @param offset offset in the topic-partition
 */
public record Origin(int incarnation, long offset) {
    public Origin {
        if (offset < 0) {
            throw new IllegalArgumentException("an offset is not negative, found " + offset);
        }
    }
}
