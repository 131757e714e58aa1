package io.lightflow.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {
    private static final TopicPartition CLICKS = new TopicPartition("clicks", 1);
    private static final long YEAR_2013 = 1_370_000_000_000L;

    @TempDir
    Path directory;

    @Test
    @SuppressWarnings("try")
    void aRestartKeepsRecordsGroupOffsetsTopicIdsAndThePort() throws Exception {
        try (EmbeddedKafka kafka = new EmbeddedKafka(directory)) {
            kafka.start();
            String bootstrap = kafka.bootstrapServers();
            kafka.createTopic("clicks", 3, Map.of());
            produceInTransactionWithOffsets(bootstrap);
            Uuid topicId = topicId(kafka);
            kafka.close();

            kafka.start();

            assertThat(kafka.bootstrapServers()).isEqualTo(bootstrap);
            assertThat(topicId(kafka)).isEqualTo(topicId);
            assertThat(readCommitted(bootstrap, 2)).containsExactly("a", "b");
            assertThat(kafka.admin()
                            .listConsumerGroupOffsets("ledger")
                            .partitionsToOffsetAndMetadata()
                            .get())
                    .containsEntry(CLICKS, new OffsetAndMetadata(2, "watermark"));
            produceInTransactionWithOffsets(bootstrap);
            assertThat(readCommitted(bootstrap, 4)).containsExactly("a", "b", "a", "b");
        }
    }

    @Test
    void creatingATopicAgainIsFineAndWithOtherPartitionsAnError() {
        try (EmbeddedKafka kafka = new EmbeddedKafka(directory)) {
            kafka.start();
            kafka.createTopic("clicks", 3, Map.of("cleanup.policy", "compact"));
            kafka.createTopic("clicks", 3, Map.of());
            assertThatThrownBy(() -> kafka.createTopic("clicks", 4, Map.of()))
                    .hasMessageContaining("clicks")
                    .hasMessageContaining("partitions, found 3");
        }
    }

    @Test
    void aDirectoryHasOneOwner() {
        try (EmbeddedKafka kafka = new EmbeddedKafka(directory);
                EmbeddedKafka second = new EmbeddedKafka(directory)) {
            kafka.start();
            assertThatThrownBy(second::start).hasMessageContaining("another running server uses this directory");
        }
    }

    private static Uuid topicId(EmbeddedKafka kafka) throws Exception {
        return kafka.admin()
                .describeTopics(List.of("clicks"))
                .allTopicNames()
                .get()
                .get("clicks")
                .topicId();
    }

    @SuppressWarnings("removal")
    private static void produceInTransactionWithOffsets(String bootstrap) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap, "transactional.id", "shard-1");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (String value : List.of("a", "b")) {
                producer.send(new ProducerRecord<>(CLICKS.topic(), CLICKS.partition(), YEAR_2013, "key", value));
            }
            producer.sendOffsetsToTransaction(
                    Map.of(CLICKS, new OffsetAndMetadata(2, "watermark")),
                    new org.apache.kafka.clients.consumer.ConsumerGroupMetadata("ledger"));
            producer.commitTransaction();
        }
    }

    /** Reads a number of records. The last ones become visible a little after the commit has returned. */
    private static List<String> readCommitted(String bootstrap, int count) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrap, "isolation.level", "read_committed", "auto.offset.reset", "earliest");
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(CLICKS));
            while (values.size() < count) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    assertThat(record.timestamp()).isEqualTo(YEAR_2013);
                    values.add(record.value());
                }
            }
        }
        return values;
    }
}
