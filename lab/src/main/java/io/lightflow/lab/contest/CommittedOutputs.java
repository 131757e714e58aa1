package io.lightflow.lab.contest;

import io.lightflow.lab.contest.OutputDecoder.JoinedEvent;
import io.lightflow.lab.up.JoinedTopics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * What a reader of committed records finds in the output topics.
 *
 * @param firstReadMs when the first event was read, or {@link OutputDecoder#UNKNOWN}
 * @param lastOffsets offsets of the last joined events
 */
record CommittedOutputs(OutputDigest digest, long firstReadMs, Map<TopicPartition, Long> lastOffsets) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    static List<TopicPartition> partitions(List<String> topics, int partitions) {
        return topics.stream()
                .flatMap(topic ->
                        IntStream.range(0, partitions).mapToObj(partition -> new TopicPartition(topic, partition)))
                .toList();
    }

    /** @throws IllegalStateException if the partitions cannot be read to their ends */
    static CommittedOutputs read(String bootstrapServers, List<TopicPartition> partitions, OutputDecoder decoder) {
        OutputDigest digest = new OutputDigest();
        Map<TopicPartition, Long> lastOffsets = new HashMap<>();
        long firstReadMs = OutputDecoder.UNKNOWN;
        try (KafkaConsumer<byte[], byte[]> consumer = JoinedTopics.consumer(bootstrapServers)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("expected to read more of " + partitions + " within " + PATIENCE);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    deadline = System.nanoTime() + PATIENCE.toNanos();
                    Optional<JoinedEvent> joined = decoder.decode(record);
                    if (joined.isPresent()) {
                        digest.add(joined.get().kind(), joined.get().fingerprint());
                        firstReadMs = Math.min(firstReadMs, joined.get().readMs());
                        lastOffsets.put(new TopicPartition(record.topic(), record.partition()), record.offset());
                    }
                }
            }
        }
        return new CommittedOutputs(digest, firstReadMs, lastOffsets);
    }
}
