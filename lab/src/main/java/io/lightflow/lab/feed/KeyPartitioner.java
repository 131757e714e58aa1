package io.lightflow.lab.feed;

import io.lightflow.producer.Shard;

/** Computes the partition of a join key in every data center like ad servers. */
public final class KeyPartitioner {
    private KeyPartitioner() {}

    /** @param key the join key in UTF-8 */
    public static int partition(byte[] key, int partitions) {
        return Shard.of(key, partitions);
    }
}
