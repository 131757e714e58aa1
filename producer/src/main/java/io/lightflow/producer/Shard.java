package io.lightflow.producer;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/**
 * Computes the partition of a join key in every data center and topic. It makes Kafka's default for keyed records
 * explicit, because all events of a journey must meet in one shard.
 */
public final class Shard {
    private Shard() {}

    /** @param joinKey the join key in UTF-8 */
    public static int of(byte[] joinKey, int partitions) {
        return Utils.toPositive(Utils.murmur2(joinKey)) % partitions;
    }

    public static int of(String joinKey, int partitions) {
        return of(joinKey.getBytes(StandardCharsets.UTF_8), partitions);
    }
}
