package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.deploy.archive.ArchivedRows;
import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import io.lightflow.deploy.embedded.TopologyProcess;
import io.lightflow.event.Beacon;
import io.lightflow.event.Impression;
import io.lightflow.event.WireFormat;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The archive from real Kafka into tables whose catalog is in real PostgreSQL. */
class ArchiveOnKafkaTest {
    private static final int SHARDS = 2;
    private static final String TOPIC = "one.impressions";

    @TempDir
    private Path folder;

    private int sent;

    @Test
    void everyRecordIsARowOnceAcrossRestartsAndARecreatedTopic() throws Exception {
        try (TestKafka kafka = new TestKafka(EmbeddedKafkaSettings.in(folder.resolve("kafka")));
                EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
            GroupSettings settings = settings(kafka, postgres);
            for (String topic : ArchiveTopology.INSTANCE.topics(settings).keySet()) {
                kafka.broker().createTopic(topic, SHARDS, Map.of());
            }
            ArchiveTopology.INSTANCE.prepare(settings);

            send(kafka, settings, 500);
            archive(settings, 500);
            send(kafka, settings, 300);
            archive(settings, 800);

            kafka.admin().deleteTopics(List.of(TOPIC)).all().get();
            TestKafka.await("the topic is gone", () -> !topics(kafka).contains(TOPIC));
            kafka.broker().createTopic(TOPIC, SHARDS, Map.of());
            send(kafka, settings, 200);
            archive(settings, 1_000);

            assertThat(ids(settings))
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 1_000)
                            .mapToObj(number -> "i" + number)
                            .toList());
        }
    }

    private static Set<String> topics(TestKafka kafka) {
        return kafka.admin()
                .listTopics()
                .names()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private GroupSettings settings(TestKafka kafka, EmbeddedPostgres postgres) {
        return GroupSettings.parse("""
                group: us
                dataCenters: [one]
                shards: %d
                kafka: {bootstrapServers: "%s"}
                registry: {urls: ["http://127.0.0.1:1"]}
                postgres: {url: "%s", user: postgres}
                zookeeper: {connect: "127.0.0.1:1"}
                store: {rocksdb: {directory: unused}}
                archive: {warehouse: "%s", commitInterval: 1s}
                """.formatted(
                        SHARDS,
                        kafka.broker().bootstrapServers(),
                        postgres.getJdbcUrl("postgres", "postgres"),
                        folder.resolve("tables").toUri()));
    }

    private void send(TestKafka kafka, GroupSettings settings, int count) throws IOException {
        Map<String, Integer> ids = Map.of(
                Impression.class.getName(),
                RegistrySchemas.connect(settings.registry()).ids().of(Impression.getClassSchema()),
                Beacon.class.getName(),
                RegistrySchemas.connect(settings.registry()).ids().of(Beacon.getClassSchema()));
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer(Map.of())) {
            for (int i = 0; i < count; i++) {
                int number = sent++;
                send(
                        producer,
                        number % SHARDS,
                        ids.get(Impression.class.getName()),
                        Impression.newBuilder()
                                .setId("i" + number)
                                .setTime(System.currentTimeMillis())
                                .setAdvertiserId("adv")
                                .setCampaignId("camp")
                                .setCreativeId("creative")
                                .setPriceMicros(number)
                                .setCurrency("EUR")
                                .build());
                if (i % 50 == 0) {
                    send(
                            producer,
                            number % SHARDS,
                            ids.get(Beacon.class.getName()),
                            Beacon.newBuilder()
                                    .setTime(System.currentTimeMillis())
                                    .setDc("one")
                                    .build());
                }
            }
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, int partition, int schemaId, SpecificRecord event)
            throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(body, null);
        new SpecificDatumWriter<SpecificRecord>(event.getSchema()).write(event, encoder);
        encoder.flush();
        producer.send(new ProducerRecord<>(
                TOPIC,
                partition,
                ("user" + partition).getBytes(StandardCharsets.UTF_8),
                WireFormat.value(schemaId, body.toByteArray())));
    }

    /** A new process works until the table has so many rows. */
    private static void archive(GroupSettings settings, int rows) throws Exception {
        TopologyProcess.run(
                ArchiveTopology.INSTANCE, settings, positions -> ids(settings).size() >= rows);
    }

    private static List<String> ids(GroupSettings settings) {
        List<String> ids = new ArrayList<>();
        try (ArchivedRows rows = ArchivedRows.of(settings)) {
            rows.read(ArchiveTable.IMPRESSIONS, row -> ids.add(row.getString("id", 0)));
        }
        return ids;
    }
}
