package io.lightflow.lab.torture;

import io.lightflow.lab.stock.CampaignMinute;
import io.lightflow.lab.up.JoinedTopics;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;

/** Counts each committed record of the topics once. Confined to one thread. */
final class ExactCounts implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final int impressionSchema;
    private final Map<CampaignMinute, Long> counts = new HashMap<>();

    ExactCounts(String bootstrap, List<String> topics, int partitionsEach, int impressionSchema) {
        this.consumer = JoinedTopics.consumer(bootstrap);
        this.impressionSchema = impressionSchema;
        this.partitions = topics.stream()
                .flatMap(topic -> IntStream.range(0, partitionsEach).mapToObj(p -> new TopicPartition(topic, p)))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads up to the current ends of the topics if Kafka is available. Returns a view of the counts. */
    Map<CampaignMinute, Long> upToNow() {
        try {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    CampaignMinute.of(record.value(), impressionSchema)
                            .ifPresent(key -> counts.merge(key, 1L, Long::sum));
                }
            }
        } catch (RetriableException away) {
            // The records remain in the topics, so a later call reads them.
        }
        return Collections.unmodifiableMap(counts);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
