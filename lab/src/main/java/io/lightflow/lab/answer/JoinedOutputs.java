package io.lightflow.lab.answer;

import io.lightflow.event.OutputTopic;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.WriterSchemas;
import io.lightflow.lab.up.JoinedTopics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads the committed output of the join. Not thread-safe. */
public final class JoinedOutputs {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String bootstrap;
    private final int shards;
    private final Outcomes outcomes;

    /** @param bootstrap of the central cluster */
    public JoinedOutputs(String bootstrap, int shards, WriterSchemas schemas) {
        this.bootstrap = bootstrap;
        this.shards = shards;
        this.outcomes = new Outcomes(schemas);
    }

    /**
     * The outcome of every event of these groups as a string, sorted.
     *
     * @throws IllegalStateException if a topic cannot be read to its end
     */
    public List<String> outcomes(List<String> groups) {
        List<String> found = new ArrayList<>();
        for (String group : groups) {
            for (OutputTopic topic : OutputTopic.values()) {
                read(topic.of(group)).forEach(value -> outcomes.of(value).ifPresent(found::add));
            }
        }
        found.sort(null);
        return found;
    }

    /** All events that a group has rejected so far. */
    public List<RejectedEvent> rejected(String group) {
        return read(OutputTopic.REJECTED.of(group)).stream()
                .map(outcomes::decode)
                .filter(RejectedEvent.class::isInstance)
                .map(RejectedEvent.class::cast)
                .toList();
    }

    /** The values of all committed records of a topic. */
    private List<byte[]> read(String topic) {
        List<byte[]> values = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = JoinedTopics.consumer(bootstrap)) {
            List<TopicPartition> all = IntStream.range(0, shards)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(topic + ": expected to read it to its end within " + PATIENCE);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }
}
