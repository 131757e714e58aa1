package io.lightflow.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.deploy.feed.GeneratedFeed;
import io.lightflow.deploy.feed.GeneratedFeedSettings;
import io.lightflow.deploy.local.Operator.Answer;
import io.lightflow.event.Bodies;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.WireFormat;
import io.lightflow.registry.client.SchemaId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate says complete of an hour that is, and finds one joined record or one row that is not as it was. */
@Tag("local")
class CertificateTest {
    private static final long EVENTS = 20_000;
    private static final Instant START = Instant.parse("2026-01-01T10:00:00Z");
    private static final Instant HOUR = START.plus(Duration.ofHours(1));
    private static final int JOINED_IMPRESSION = SchemaId.of(JoinedImpression.getClassSchema());

    /** Where a joined impression is, and where its light event is. */
    private record Joined(TopicPartition partition, long offset, EventOrigin origin) {}

    @Test
    void oneJoinedRecordThatWasRemovedAndOneRowThatWasChangedAreNamed(@TempDir Path data) throws Exception {
        long seed = Seed.choose();
        LocalSettings settings = LocalSettings.in(data).withPollRecords(3_000);
        GeneratedFeedSettings events = new GeneratedFeedSettings(
                EVENTS, seed, START, Duration.ofHours(3), GeneratedFeedSettings.DEFAULT_DISORDER, settings.groups());
        try (Stand stand = Stand.start(settings);
                GeneratedFeed feed = new GeneratedFeed(events)) {
            stand.replay(feed);
            for (var group : settings.groups()) {
                Operator operator = new Operator(stand, group, data);
                assertComplete(operator, data);
            }
            Operator operator = new Operator(stand, Stand.US, data);
            Answer early = operator.run("certify", "--hour", "2031-01-01T00");
            assertThat(early.exitCode()).as(early.output()).isOne();
            assertThat(early.output()).contains("2031-01-01T00:00:00Z is not closed yet: shard 0 of dataflow");

            Joined removed = removeFirst(stand);
            String row = changeRow(stand);

            assertFound(operator, removed, row, data);
            String sound = Integer.toString((removed.partition().partition() + 1)
                    % stand.stack().settings().shards());
            Answer other = operator.run("certify", "--hour", "2026-01-01T11", "--shard", sound);
            assertThat(other.exitCode()).as(other.output()).isZero();
        }
    }

    private static void assertComplete(Operator operator, Path data) throws Exception {
        Path report = data.resolve("certificate.json");
        Path metrics = data.resolve("certificate.prom");
        Answer answer = operator.run(
                "certify", "--hour", "2026-01-01T11", "--report", report.toString(), "--metrics", metrics.toString());
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        assertThat(answer.output())
                .contains(HOUR + " to 2026-01-01T12:00:00Z: COMPLETE")
                .doesNotContain("not counted");
        assertThat(Files.readString(metrics)).contains("lightflow_certificate_complete{group=");
        JsonNode certificate = new ObjectMapper().readTree(report.toFile());
        assertThat(certificate.get("complete").booleanValue()).isTrue();
        assertThat(certificate.get("frontsNotCounted")).isEmpty();
        assertThat(certificate.get("postgres").get("rows").longValue()).isGreaterThan(100);
        long front = 0;
        for (JsonNode shard : certificate.get("shards")) {
            for (JsonNode type : shard.get("events")) {
                long in = type.get("in").longValue();
                front += type.get("front").longValue();
                assertThat(type.get("front").longValue()).isEqualTo(in);
                long accounted =
                        List.of("joined", "waiting", "orphaned", "unattributed", "duplicate", "rejected").stream()
                                .mapToLong(column -> type.get(column).longValue())
                                .sum();
                assertThat(accounted).isEqualTo(in);
            }
        }
        assertThat(front).isGreaterThan(500);
    }

    private static void assertFound(Operator operator, Joined removed, String row, Path data) throws Exception {
        Path report = data.resolve("found.json");
        Answer answer = operator.run("certify", "--hour", "2026-01-01T11", "--report", report.toString());
        assertThat(answer.exitCode()).as(answer.output()).isOne();
        EventOrigin origin = removed.origin();
        assertThat(answer.output())
                .contains("DIFFERENCE shard " + origin.getPartition() + ", " + origin.getTopic() + "-"
                        + origin.getPartition() + " at offset " + origin.getOffset() + ":")
                .contains(row);
        JsonNode certificate = new ObjectMapper().readTree(report.toFile());
        assertThat(certificate.get("complete").booleanValue()).isFalse();
        for (JsonNode shard : certificate.get("shards")) {
            boolean affected = shard.get("shard").intValue() == origin.getPartition();
            assertThat(shard.get("differenceCount").longValue()).isEqualTo(affected ? 1 : 0);
        }
        JsonNode difference = certificate
                .get("shards")
                .get(origin.getPartition())
                .get("differences")
                .get(0);
        assertThat(difference.get("what").textValue()).isEqualTo("NOT_PUT_OUT");
        assertThat(difference.get("topic").textValue()).isEqualTo(origin.getTopic());
        assertThat(difference.get("offset").longValue()).isEqualTo(origin.getOffset());
    }

    /** Deletes everything before the hour, and its first record, from one partition of the joined impressions. */
    private static Joined removeFirst(Stand stand) throws Exception {
        Joined first = firstOfHour(stand);
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stand.stack().centralBootstrap()))) {
            admin.deleteRecords(Map.of(first.partition(), RecordsToDelete.beforeOffset(first.offset() + 1)))
                    .all()
                    .get();
        }
        return first;
    }

    private static Joined firstOfHour(Stand stand) {
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
                    JoinedImpression joined = Bodies.decode(JoinedImpression.class, body);
                    long time = joined.getImpression().getTime();
                    if (time >= HOUR.toEpochMilli()
                            && time < HOUR.plus(Duration.ofHours(1)).toEpochMilli()) {
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
    private static String changeRow(Stand stand) throws Exception {
        try (Connection connection = DriverManager.getConnection(stand.stack().jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet changed =
                        statement.executeQuery("UPDATE stats_hour SET clicks = clicks + 1 WHERE ctid = (SELECT"
                                + " min(ctid) FROM stats_hour WHERE time = '" + HOUR + "') AND time = '" + HOUR
                                + "' RETURNING campaign, creative, advertiser, exchange, publisher, country, device")) {
            assertThat(changed.next()).isTrue();
            return "DIFFERENCE row " + HOUR + " campaign=" + changed.getString(1) + " creative=" + changed.getString(2)
                    + " advertiser=" + changed.getString(3) + " exchange=" + changed.getString(4) + " publisher="
                    + changed.getString(5) + " country=" + changed.getString(6) + " device=" + changed.getString(7);
        }
    }
}
