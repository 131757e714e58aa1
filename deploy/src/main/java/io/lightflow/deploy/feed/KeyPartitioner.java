package io.lightflow.deploy.feed;

import org.apache.kafka.common.utils.Utils;

/**
 * The partition of a join key, in every data center: Kafka's default for keyed records, made explicit, because what belongs to one
 * journey must meet in one shard.
 */
public final class KeyPartitioner {
    private KeyPartitioner() {}

    /** @param key the join key in UTF-8 */
    public static int partition(byte[] key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }
}
