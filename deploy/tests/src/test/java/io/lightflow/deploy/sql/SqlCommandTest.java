package io.lightflow.deploy.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.archive.table.SampleRecords;
import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.local.LocalRegistry;
import io.lightflow.deploy.local.StackFolder;
import io.lightflow.event.Impression;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.registry.client.SchemaRegistryClient;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.settings.GroupSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.Table;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command reads a folder's tables, whether its stack runs or not. */
class SqlCommandTest {
    private static final Map<Integer, Schema> SCHEMAS = Map.of(1, Impression.getClassSchema());

    @TempDir
    private Path data;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    private int run(String input, String... arguments) {
        CommandLine command =
                SqlCommand.commandLine(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), out);
        return command.setErr(new PrintWriter(err, true)).execute(arguments);
    }

    private static void archive(ArchiveCatalog catalog, String group, int count) {
        Table table = catalog.table(group, ArchiveTable.IMPRESSIONS);
        RowWriter writer = new RowWriter(
                ArchiveTable.IMPRESSIONS, table, SCHEMAS::get, () -> Instant.ofEpochMilli(SampleRecords.TIME));
        AppendFiles append = table.newAppend();
        for (int i = 0; i < count; i++) {
            writer.write(List.of(new Records(
                            group + ".impressions",
                            7,
                            0,
                            List.of(SampleRecords.record(
                                    i, "user", 1, SampleRecords.impression("i" + i, SampleRecords.TIME))))))
                    .forEach(append::appendFile);
        }
        append.commit();
    }

    private ArchiveCatalog catalog(EmbeddedPostgresServer postgres) {
        return ArchiveCatalog.jdbc(
                postgres.jdbcUrl(),
                EmbeddedPostgresServer.USER,
                null,
                "lightflow_archive",
                data.resolve("archive").toUri().toString(),
                Map.of());
    }

    @Test
    void aFolderIsReadWhileItsStackRunsAndAfterwards() {
        String query = "select 'us' g, count(*) n from us.impressions union all"
                + " select 'eu', count(*) from eu.impressions order by n";
        try (EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(data.resolve("postgres"))) {
            postgres.start();
            try (ArchiveCatalog catalog = catalog(postgres)) {
                archive(catalog, "us", 2);
                archive(catalog, "eu", 3);
            }
            assertThat(run("", "--data", data.toString(), "--archived-only", "--format", "csv", query))
                    .isZero();
        }
        assertThat(run("", "--data", data.toString(), "--archived-only", "--format", "csv", query))
                .isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("g,n\nus,2\neu,3\n".repeat(2));
        assertThat(EmbeddedPostgresServer.jdbcUrlOfRunning(data.resolve("postgres")))
                .isEmpty();
    }

    @Test
    void aFolderWithoutSettingsOfItsGroupsShowsArchivedEventsAndSaysSo() {
        try (EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(data.resolve("postgres"))) {
            postgres.start();
            try (ArchiveCatalog catalog = catalog(postgres)) {
                archive(catalog, "us", 2);
            }
            assertThat(run("", "--data", data.toString(), "--format", "csv", "select count(*) n from impressions"))
                    .isZero();
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("n\n2\n");
        assertThat(err.toString()).contains("The folder has no settings of the group us");
    }

    @Test
    void tablesAndColumnsAreListed() {
        try (EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(data.resolve("postgres"))) {
            postgres.start();
            try (ArchiveCatalog catalog = catalog(postgres)) {
                archive(catalog, "us", 1);
                archive(catalog, "eu", 1);
            }
            String input = "select table_schema, table_name from information_schema.tables"
                    + " where table_schema <> 'main' order by all;\n"
                    + "select column_name from (describe us.impressions) limit 2;\n"
                    + "select count(*) from us.impressions;";

            assertThat(run(input, "--data", data.toString(), "--archived-only", "--format", "csv"))
                    .isZero();
        }
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("table_schema,table_name\neu,impressions\nus,impressions\n"
                        + "column_name\nevent_time\njoin_key\ncount_star()\n1\n");
    }

    @Test
    void eventsThatAreNotArchivedYetAreReadFromTheKafkaOfAStoppedStack() {
        Schema ofAProducer = SchemaBuilder.record(Impression.class.getSimpleName())
                .namespace(Impression.class.getPackageName())
                .fields()
                .requiredString("id")
                .requiredLong("time")
                .requiredString("note")
                .endRecord();
        try (EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(data.resolve("postgres"));
                EmbeddedKafka kafka = new EmbeddedKafka(data.resolve("kafka-central"))) {
            postgres.start();
            kafka.start();
            GroupSettings settings = GroupSettings.parse("""
                    group: us
                    dataCenters: [us]
                    shards: 1
                    kafka: {bootstrapServers: "%s"}
                    registry: {urls: ["http://127.0.0.1:1"]}
                    postgres: {url: "%s", user: postgres}
                    zookeeper: {connect: "127.0.0.1:1"}
                    store: {rocksdb: {directory: /unused}}
                    archive: {warehouse: "%s"}
                    """.formatted(
                            kafka.bootstrapServers(),
                            postgres.jdbcUrl(),
                            data.resolve("archive").toUri()));
            ArchiveTopology.INSTANCE.topics(settings).keySet().forEach(topic -> kafka.createTopic(topic, 1, Map.of()));
            ArchiveTopology.INSTANCE.prepare(settings);
            int schemaId;
            try (LocalRegistry registry = new LocalRegistry(postgres.jdbcUrl())) {
                registry.start();
                schemaId = new SchemaRegistryClient(RegistryClientSettings.of(registry.url()))
                        .register(ofAProducer.getFullName(), ofAProducer);
            }
            GenericData.Record event = new GenericData.Record(ofAProducer);
            event.put("id", "i1");
            event.put("time", System.currentTimeMillis());
            event.put("note", "of another build");
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                    Map.of("bootstrap.servers", kafka.bootstrapServers(), "enable.metrics.push", false),
                    new ByteArraySerializer(),
                    new ByteArraySerializer())) {
                producer.send(new ProducerRecord<>(
                        "us.impressions",
                        "user".getBytes(StandardCharsets.UTF_8),
                        SampleRecords.record(0, "user", schemaId, event).value()));
            }
            StackFolder.write(data, settings);
        }
        String query = "select id, kafka_offset, decode_failure from us.impressions";

        assertThat(run("", "--data", data.toString(), "--format", "csv", query)).isZero();

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("id,kafka_offset,decode_failure\ni1,0,\n");
        assertThat(EmbeddedKafka.bootstrapServersOfRunning(data.resolve("kafka-central")))
                .isEmpty();
    }

    @Test
    void queriesOfTheStandardInputRunOneByOneAndAFailureIsTheExitCode() {
        try (EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(data.resolve("postgres"))) {
            postgres.start();
            try (ArchiveCatalog catalog = catalog(postgres)) {
                archive(catalog, "us", 1);
            }
            String input = "select count(*) n\nfrom impressions;\nselect nothing;\n\nselect 7 as seven";

            assertThat(run(input, "--data", data.toString(), "--format", "csv")).isEqualTo(1);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("n\n1\nseven\n7\n");
        assertThat(err.toString()).contains("nothing");
    }

    @Test
    void aFolderWithoutAnArchiveIsRefused() {
        assertThat(run("", "--data", data.toString(), "select 1")).isEqualTo(1);
        assertThat(err.toString()).contains("expected a folder that `lightflow up --data " + data + "` has filled");
    }

    @Test
    void aSourceOfTablesIsRequired() {
        assertThat(run("", "select 1")).isEqualTo(2);
        assertThat(err.toString()).contains("--settings").contains("--data");
    }
}
