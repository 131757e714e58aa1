package io.lightflow.producer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;

class ShardTest {
    @Test
    void theShardOfAKeyIsTheDefaultPartitionOfKafkaProducers() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            String key = "cookie-é-" + random.nextLong();
            int partitions = 1 + random.nextInt(EventId.MAX_SHARDS);
            assertThat(Shard.of(key, partitions))
                    .as("seed %d, key %s", seed, key)
                    .isEqualTo(BuiltInPartitioner.partitionForKey(key.getBytes(StandardCharsets.UTF_8), partitions));
        }
    }
}
