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

/** Reads what the join has put out and committed. Not thread-safe. */
public final class Outputs {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String bootstrap;
    private final int shards;
    private final Outcomes outcomes;

    /** @param bootstrap of the central cluster */
    public Outputs(String bootstrap, int shards, WriterSchemas schemas) {
        this.bootstrap = bootstrap;
        this.shards = shards;
        this.outcomes = new Outcomes(schemas);
    }

    /**
     * What became of every event of these groups, in words, sorted.
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

    /** Everything that a group has rejected so far. */
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
                    throw new IllegalStateException(topic + " could not be read to its end within " + PATIENCE);
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    values.add(record.value());
                }
            }
        }
        return values;
    }
}
