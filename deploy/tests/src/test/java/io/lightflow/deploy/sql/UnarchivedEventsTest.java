package io.lightflow.deploy.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.deploy.embedded.Await;
import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.embedded.TopologyProcess;
import io.lightflow.event.Beacon;
import io.lightflow.event.Impression;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.WireFormat;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.iceberg.Snapshot;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Queries see every committed record once, whether it is archived or not. */
class UnarchivedEventsTest {
    private static final int SHARDS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path folder;

    private static EmbeddedKafka kafka;
    private static EmbeddedPostgres postgres;

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void startServers() throws IOException {
        kafka = new EmbeddedKafka(folder.resolve("kafka"));
        kafka.start();
        postgres = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stopServers() throws IOException {
        postgres.close();
        kafka.close();
    }

    /** A group with its topics, its tables, the ids of its schemas, and the file of its settings. */
    private record Group(GroupSettings settings, SchemaIds ids, Path file) {

        static Group create(String name, String bootstrapServers) throws IOException {
            Path file = folder.resolve(name + "-" + bootstrapServers.hashCode() + ".yaml");
            Files.writeString(file, """
                    group: %s
                    dataCenters: [%s]
                    shards: %d
                    kafka: {bootstrapServers: "%s"}
                    registry: {urls: ["http://127.0.0.1:1"]}
                    postgres: {url: "%s", user: postgres}
                    zookeeper: {connect: "127.0.0.1:1"}
                    store: {rocksdb: {directory: unused}}
                    archive: {warehouse: "%s", commitInterval: 1s}
                    """.formatted(
                            name,
                            name,
                            SHARDS,
                            bootstrapServers,
                            postgres.getJdbcUrl("postgres", "postgres"),
                            folder.resolve("tables").toUri()));
            GroupSettings settings = GroupSettings.read(file);
            Group group = new Group(
                    settings, RegistrySchemas.connect(settings.registry()).ids(), file);
            for (String topic : ArchiveTopology.INSTANCE.topics(group.settings).keySet()) {
                kafka.createTopic(topic, SHARDS, Map.of());
            }
            ArchiveTopology.INSTANCE.prepare(group.settings);
            return group;
        }

        static Group create(String name) throws IOException {
            return create(name, kafka.bootstrapServers());
        }

        String topic() {
            return settings.group() + ".impressions";
        }
    }

    private String query(Group group, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--settings", group.file.toString(), "--format", "csv"));
        all.addAll(List.of(arguments));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CommandLine command = SqlCommand.commandLine(new ByteArrayInputStream(new byte[0]), out);
        int code = command.setErr(new PrintWriter(err, true)).execute(all.toArray(String[]::new));
        return code == 0 ? out.toString(StandardCharsets.UTF_8) : "failed";
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(more);
        config.put("bootstrap.servers", kafka.bootstrapServers());
        config.put("enable.metrics.push", false);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static ProducerRecord<byte[], byte[]> impression(Group group, int number) {
        return record(
                group,
                number,
                Impression.newBuilder()
                        .setId("i" + number)
                        .setTime(System.currentTimeMillis() - number)
                        .setAdvertiserId("adv")
                        .setCampaignId("camp")
                        .setCreativeId("creative")
                        .setPriceMicros(number)
                        .setCurrency("EUR")
                        .setUserAgent("Ünïcode")
                        .build());
    }

    private static ProducerRecord<byte[], byte[]> beacon(Group group, int number) {
        return record(
                group,
                number,
                Beacon.newBuilder()
                        .setTime(System.currentTimeMillis())
                        .setDc(group.settings.group())
                        .build());
    }

    private static ProducerRecord<byte[], byte[]> record(Group group, int number, SpecificRecord event) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(body, null);
        try {
            new SpecificDatumWriter<SpecificRecord>(event.getSchema()).write(event, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return record(group, number, WireFormat.value(group.ids.of(event.getSchema()), body.toByteArray()));
    }

    private static ProducerRecord<byte[], byte[]> record(Group group, int number, byte[] value) {
        return new ProducerRecord<>(
                group.topic(), number % SHARDS, ("user" + number % 7).getBytes(StandardCharsets.UTF_8), value);
    }

    /** The archive runs until a condition holds. */
    private static void archive(Group group, BooleanSupplier until) throws Exception {
        TopologyProcess.run(ArchiveTopology.INSTANCE, group.settings, positions -> until.getAsBoolean());
    }

    /** Rows of the current snapshot. */
    private static long archived(Group group) {
        try (ArchiveCatalog catalog = ArchiveTopology.catalog(group.settings)) {
            Snapshot snapshot = catalog.existingTable(group.settings.group(), ArchiveTable.IMPRESSIONS)
                    .orElseThrow()
                    .currentSnapshot();
            return snapshot == null ? 0 : Long.parseLong(snapshot.summary().getOrDefault("total-records", "0"));
        }
    }

    private static long number(String csv) {
        return Long.parseLong(csv.lines().skip(1).findFirst().orElseThrow());
    }

    @Test
    void anEventIsTheSameRowBeforeAndAfterItIsArchived() throws Exception {
        Group group = Group.create("rows");
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("transactional.id", "rows"))) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = 0; i < 300; i++) {
                producer.send(impression(group, i));
                producer.send(beacon(group, i));
            }
            producer.send(record(group, 300, new byte[] {1, 2, 3}));
            producer.commitTransaction();
            producer.beginTransaction();
            for (int i = 1_000; i < 1_010; i++) {
                producer.send(impression(group, i));
            }
            producer.flush();
            producer.abortTransaction();
            String all = "select * from impressions order by kafka_partition, kafka_offset";

            String before = query(group, all);
            assertThat(before.lines()).hasSize(1 + 301);
            assertThat(archived(group)).isZero();
            assertThat(number(query(group, "--archived-only", "select count(*) from impressions")))
                    .isZero();

            archive(group, () -> archived(group) == 301);
            assertThat(query(group, all)).isEqualTo(before);
            assertThat(query(group, "--archived-only", all)).isEqualTo(before);

            producer.beginTransaction();
            producer.send(impression(group, 301));
            producer.commitTransaction();
            assertThat(query(group, all).lines())
                    .hasSize(1 + 302)
                    .containsAll(before.lines().toList());
        }
        assertThat(err.toString()).isEmpty();
    }

    /** Without beacons and transactions, the offsets have no gaps: so a missing row shows. */
    @Test
    void noRowIsMissingOrDoubledWhileTheArchiveCommits() throws Exception {
        Group group = Group.create("racing");
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong acknowledged = new AtomicLong();
        CompletableFuture<Void> producing = CompletableFuture.runAsync(() -> {
            try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
                for (int i = 0; !done.get(); i += 100) {
                    for (int j = i; j < i + 100; j++) {
                        producer.send(impression(group, j));
                    }
                    producer.flush();
                    acknowledged.addAndGet(100);
                    LockSupport.parkNanos(100_000_000);
                }
            }
        });
        CompletableFuture<Void> archiving = CompletableFuture.runAsync(() -> {
            try {
                archive(group, done::get);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        long archivedAtFirst = archived(group);
        long archivedAtLast = archivedAtFirst;
        try {
            for (int i = 0; i < 10 || archivedAtLast < archivedAtFirst + 1_000; i++) {
                long least = acknowledged.get();
                String found = query(
                        group,
                        "select count(*), sum(n), sum(distinct_n), sum(end_offset) from (select kafka_partition,"
                                + " count(*) n, count(distinct kafka_offset) distinct_n, max(kafka_offset) + 1"
                                + " end_offset from impressions group by 1)");
                String[] sums = found.lines().skip(1).findFirst().orElseThrow().split(",", -1);
                if (least > 0) {
                    assertThat(Long.parseLong(sums[1])).isGreaterThanOrEqualTo(least);
                    assertThat(sums[2]).as("distinct offsets").isEqualTo(sums[1]);
                    assertThat(sums[3]).as("ends of the partitions").isEqualTo(sums[1]);
                }
                archivedAtLast = archived(group);
            }
        } finally {
            done.set(true);
            CompletableFuture.allOf(producing, archiving).join();
        }
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void anArchiveThatIsFarBehindIsReadInPartAndTheQuerySaysSo() throws Exception {
        Group group = Group.create("far");
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            for (int i = 0; i < 100; i++) {
                producer.send(impression(group, i));
            }
        }

        assertThat(number(query(group, "--max-unarchived", "10", "select count(*) from impressions")))
                .isEqualTo(10);
        assertThat(err.toString())
                .contains("The archive of far.impressions is up to 100 records behind, and the query sees at most 10")
                .contains("all until 20");
    }

    @Test
    void withoutKafkaTheErrorNamesTheOption() throws Exception {
        Group group = Group.create("unreachable", "127.0.0.1:1");

        assertThat(query(group, "select count(*) from impressions")).isEqualTo("failed");
        assertThat(err.toString()).contains("127.0.0.1:1").contains("--archived-only");
        assertThat(number(query(group, "--archived-only", "select count(*) from impressions")))
                .isZero();
        assertThat(query(group, "select count(*) from statistics.stats_day")).isEqualTo("failed");
        assertThat(err.toString()).contains("the statistics in PostgreSQL cannot be read");
    }

    @Test
    void aTopicThatWasRecreatedIsReadFromItsBeginning() throws Exception {
        Group group = Group.create("recreated");
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            for (int i = 0; i < 20; i++) {
                producer.send(impression(group, i));
            }
        }
        archive(group, () -> archived(group) == 20);
        kafka.admin().deleteTopics(List.of(group.topic())).all().get();
        Await.until(
                "the topic is gone",
                PATIENCE,
                () -> !kafka.admin().listTopics().names().get().contains(group.topic()));
        kafka.createTopic(group.topic(), SHARDS, Map.of());
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
            for (int i = 20; i < 30; i++) {
                producer.send(impression(group, i));
            }
        }

        assertThat(number(query(group, "select count(distinct id) from impressions")))
                .isEqualTo(30);
    }
}
