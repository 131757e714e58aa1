package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.database.StatisticsTable;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.GeneratedRecords;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.WireFormat;
import io.lightflow.lab.up.Operator.Answer;
import io.lightflow.registry.client.SchemaId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** An hour of the group us on a stand that has come to rest, to be certified and to be damaged. */
final class CertifiedHour {
    private static final int JOINED_IMPRESSION = SchemaId.of(JoinedImpression.getClassSchema());

    private final Stand stand;
    private final Path folder;
    private final Operator operator;
    private final Instant hour;

    private CertifiedHour(Stand stand, Path folder, Instant hour) throws IOException {
        this.stand = stand;
        this.folder = folder;
        this.operator = new Operator(stand, Stand.US, folder);
        this.hour = hour;
    }

    /** Where a joined impression is, and where its light event is. */
    record Joined(TopicPartition partition, long offset, EventOrigin origin) {}

    /**
     * @param folder for files
     * @param from where to begin to look for it
     */
    static CertifiedHour busiest(Stand stand, Path folder, Instant from) throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(stand.stack().jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT extract(epoch FROM time)::bigint FROM stats_hour"
                        + " WHERE time >= '" + from + "' GROUP BY time ORDER BY sum(impressions) DESC, time LIMIT 1")) {
            assertThat(found.next()).isTrue();
            return new CertifiedHour(stand, folder, Instant.ofEpochSecond(found.getLong(1)));
        }
    }

    private Answer certify(String... options) {
        String[] arguments = Stream.concat(Stream.of("--hour", hour.toString()), Stream.of(options))
                .toArray(String[]::new);
        return operator.run("certify", arguments);
    }

    void assertComplete() throws IOException, SQLException {
        Path report = folder.resolve("complete.json");
        Path metrics = folder.resolve("complete.prom");

        Answer answer = certify("--report", report.toString(), "--metrics", metrics.toString(), "--record");

        assertThat(answer.exitCode()).as(answer.output()).isZero();
        assertThat(answer.output())
                .contains("events of " + hour + " to " + hour.plus(1, ChronoUnit.HOURS) + ": COMPLETE")
                .contains("[eu, us]")
                .doesNotContain("not counted", "DIFFERENCE");
        assertThat(Files.readString(metrics)).contains("lightflow_certificate_complete{group=\"us\"} 1\n");
        JsonNode certificate = new ObjectMapper().readTree(report.toFile());
        assertThat(certificate.get("complete").booleanValue()).isTrue();
        assertThat(certificate.get("frontsNotCounted")).isEmpty();
        assertThat(certificate.get("postgres").get("rows").longValue()).isPositive();
        long front = 0;
        for (JsonNode shard : certificate.get("shards")) {
            for (JsonNode type : shard.get("events")) {
                long in = type.get("in").longValue();
                front += type.get("front").longValue();
                assertThat(type.get("front").longValue()).isEqualTo(in);
                assertThat(Stream.of("joined", "waiting", "orphaned", "unattributed", "duplicate", "rejected")
                                .mapToLong(column -> type.get(column).longValue())
                                .sum())
                        .isEqualTo(in);
            }
        }
        assertThat(front).isPositive();
        assertRecorded();
    }

    private void assertRecorded() throws SQLException {
        try (Connection connection = DriverManager.getConnection(stand.stack().jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT group_name, differences FROM certificate WHERE hour = '" + hour + "'")) {
            assertThat(found.next()).isTrue();
            assertThat(found.getString("group_name") + " " + found.getLong("differences"))
                    .isEqualTo("us 0");
        }
    }

    /** The archive and PostgreSQL tell what the topics tell. */
    void assertReconciled() throws IOException {
        Path report = folder.resolve("reconciled.json");
        Path metrics = folder.resolve("reconciled.prom");

        Answer answer = operator.reconcile(
                "--hour", hour.toString(), "--report", report.toString(), "--metrics", metrics.toString());

        assertThat(answer.exitCode()).as(answer.output()).isZero();
        assertThat(answer.output())
                .contains("events of " + hour + " to " + hour.plus(1, ChronoUnit.HOURS) + ": EQUAL")
                .contains("compared with the joined events of [eu, us]")
                .doesNotContain("DIFFERENCE", "not compared", "deleted");
        assertThat(Files.readString(metrics)).contains("lightflow_reconciliation_equal{group=\"us\"} 1\n");
        JsonNode result = new ObjectMapper().readTree(report.toFile());
        assertThat(result.get("equal").booleanValue()).isTrue();
        assertThat(result.get("tables")).hasSize(10);
        for (JsonNode table : result.get("tables")) {
            assertThat(table.get("topics")).isEqualTo(table.get("archive"));
        }
        assertThat(result.get("tables").get(0).get("archive").get("rows").longValue())
                .isPositive();
    }

    /** Deleted records of a topic are no difference, since retention deletes them. A changed row is one. */
    void assertReconciliationNames(Joined removed, String row) {
        Answer answer = operator.reconcile("--hour", hour.toString());

        assertThat(answer.exitCode()).as(answer.output()).isOne();
        assertThat(answer.output())
                .contains("deleted from the topics, some possibly of the hour: "
                        + removed.partition().topic() + "-"
                        + removed.partition().partition() + " before offset "
                        + (removed.offset() + 1))
                .contains("1 DIFFERENCES")
                .contains(row.replace("DIFFERENCE row", "DIFFERENCE stats_hour"));
    }

    void assertNotClosedTooEarly() {
        Answer early = operator.run("certify", "--hour", "2051-01-01T00");

        assertThat(early.exitCode()).as(early.output()).isOne();
        assertThat(early.output()).contains("2051-01-01T00:00:00Z is not closed yet: shard 0 of dataflow has come to");
    }

    void assertNamed(Joined removed, String row) throws IOException {
        Path report = folder.resolve("damaged.json");
        EventOrigin origin = removed.origin();
        int shard = origin.getPartition();

        Answer answer = certify("--report", report.toString());

        assertThat(answer.exitCode()).as(answer.output()).isOne();
        assertThat(answer.output())
                .contains("DIFFERENCE shard " + shard + ", " + origin.getTopic() + "-" + shard + " at offset "
                        + origin.getOffset() + ":")
                .contains(row);
        JsonNode certificate = new ObjectMapper().readTree(report.toFile());
        assertThat(certificate.get("complete").booleanValue()).isFalse();
        for (JsonNode other : certificate.get("shards")) {
            long expected = other.get("shard").intValue() == shard ? 1 : 0;
            assertThat(other.get("differenceCount").longValue())
                    .as(answer.output())
                    .isEqualTo(expected);
        }
        JsonNode difference =
                certificate.get("shards").get(shard).get("differences").get(0);
        assertThat(difference.get("what").textValue()).isEqualTo("NOT_PUT_OUT");
        assertThat(difference.get("topic").textValue()).isEqualTo(origin.getTopic());
        assertThat(difference.get("offset").longValue()).isEqualTo(origin.getOffset());
    }

    /** Deletes everything up to the first record of the hour from one partition of the joined impressions. */
    Joined removeFirstJoinedImpression() throws Exception {
        Joined first = firstOfHour();
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stand.stack().centralBootstrap()))) {
            admin.deleteRecords(Map.of(first.partition(), RecordsToDelete.beforeOffset(first.offset() + 1)))
                    .all()
                    .get();
        }
        return first;
    }

    private Joined firstOfHour() {
        List<TopicPartition> all = IntStream.range(0, stand.stack().settings().shards())
                .mapToObj(shard -> new TopicPartition(OutputTopic.IMPRESSIONS.of(Stand.US.name()), shard))
                .toList();
        long deadline = System.nanoTime() + Stand.PATIENCE.toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer =
                JoinedTopics.consumer(stand.stack().centralBootstrap())) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (deadline - System.nanoTime() > 0) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (WireFormat.schemaId(record.value()) != JOINED_IMPRESSION) {
                        continue;
                    }
                    byte[] body = Arrays.copyOfRange(record.value(), WireFormat.HEADER_BYTES, record.value().length);
                    JoinedImpression joined = GeneratedRecords.decode(JoinedImpression.class, body);
                    long time = joined.getImpression().getTime();
                    if (Instant.ofEpochMilli(time).truncatedTo(ChronoUnit.HOURS).equals(hour)) {
                        return new Joined(
                                new TopicPartition(record.topic(), record.partition()),
                                record.offset(),
                                joined.getProvenance().getOrigin());
                    }
                }
            }
        }
        throw new AssertionError("no joined impression of the hour was found");
    }

    /** Adds a click to one row of the hour; returns how the row is to be named. */
    String changeRow() throws SQLException {
        try (Connection connection = DriverManager.getConnection(stand.stack().jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet changed =
                        statement.executeQuery("WITH changed AS (INSERT INTO stats_hour_data AS t (time, ad, place, "
                                + StatisticsTable.counts("%1$s") + ") SELECT time, ad, place, 0, 1, 0, 0, 0, 0, 0, 0"
                                + " FROM stats_hour WHERE time = '" + hour + "' LIMIT 1 ON CONFLICT (time, ad, place)"
                                + " DO UPDATE SET clicks = t.clicks + 1 RETURNING ad, place)"
                                + " SELECT campaign, creative, advertiser, exchange, publisher,"
                                + " country, device FROM changed JOIN stats_hour USING (ad, place)"
                                + " WHERE time = '" + hour + "'")) {
            assertThat(changed.next()).isTrue();
            return "DIFFERENCE row " + hour + " campaign=" + changed.getString(1) + " creative=" + changed.getString(2)
                    + " advertiser=" + changed.getString(3) + " exchange=" + changed.getString(4) + " publisher="
                    + changed.getString(5) + " country=" + changed.getString(6) + " device=" + changed.getString(7);
        }
    }
}
