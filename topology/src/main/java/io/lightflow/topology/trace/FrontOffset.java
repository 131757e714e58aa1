package io.lightflow.topology.trace;

import io.lightflow.event.EventType;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.settings.KafkaSection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds a record's original in a front cluster. The mirror keeps partition, key, value and timestamp, and no offset. So
 * the record is searched among those with its timestamp.
 */
final class FrontOffset {
    private static final int MAX_RECORDS = 20_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private FrontOffset() {}

    /**
     * Searches the record of a light event.
     *
     * @return empty if the front cluster does not have it any more
     * @throws org.apache.kafka.common.KafkaException if the cluster is unavailable
     */
    static OptionalLong find(KafkaSection front, EventType type, FoundRecord light, String id) {
        TopicPartition partition = new TopicPartition(type.plural(), light.partition());
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        byte[] key = light.joinKey() == null ? null : light.joinKey().getBytes(StandardCharsets.UTF_8);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaClients(front).consumer("lightflow-trace-front", 5_000, Duration.ofMillis(5))) {
            consumer.assign(List.of(partition));
            OffsetAndTimestamp first = consumer.offsetsForTimes(Map.of(partition, Math.max(0, light.recordMs())))
                    .get(partition);
            if (first == null) {
                return OptionalLong.empty();
            }
            long end = Math.min(
                    first.offset() + MAX_RECORDS,
                    consumer.endOffsets(List.of(partition)).get(partition));
            consumer.seek(partition, first.offset());
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (consumer.position(partition) < end && System.nanoTime() - deadline < 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (record.timestamp() == light.recordMs()
                            && Arrays.equals(key, record.key())
                            && TopicTail.contains(record.value(), bytes)) {
                        return OptionalLong.of(record.offset());
                    }
                }
            }
            return OptionalLong.empty();
        }
    }
}
