package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import io.lightflow.event.Origin;
import io.lightflow.event.OutputEncoder;
import io.lightflow.event.OutputEncoder.EventSource;
import io.lightflow.event.OutputEncoder.Trace;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.Rejection;
import io.lightflow.event.TrafficVerdict;
import io.lightflow.event.WireFormat;
import io.lightflow.topology.Main;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lightflow rejected} on a real Kafka. */
class RejectedCommandTest {
    private static final String LIGHT = "one.clicks";
    private static final Instant NOON = Instant.parse("2026-01-18T12:00:00Z");
    private static final long PRODUCED_MS = NOON.toEpochMilli() - 5_000;

    @TempDir
    private static Path directory;

    private static TestKafka kafka;
    private static Path settings;
    private static OutputEncoder encoder;

    @BeforeAll
    static void start() throws Exception {
        kafka = new TestKafka(EmbeddedKafkaSettings.in(directory.resolve("kafka")));
        kafka.createOutputs("reject", 2);
        kafka.broker().createTopic(LIGHT, 2, Map.of());
        GroupSettings group = kafka.settings("reject", 2);
        settings = Files.writeString(directory.resolve("reject.yaml"), group.toYaml());
        encoder = new OutputEncoder(RegistrySchemas.connect(group.registry()).ids());
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer(Map.of())) {
            send(producer, 0, LIGHT, rejection(10, 77, "a"), NOON);
            send(producer, 1, LIGHT, rejection(11, 77, "b"), NOON.plusSeconds(60));
            // The same record again, from another offset.
            send(producer, 1, LIGHT, rejection(25, 77, "b"), NOON.plusSeconds(120));
            send(producer, 0, LIGHT, rejection(12, 88, "c"), NOON.plusSeconds(60));
            send(producer, 0, "elsewhere.clicks", rejection(13, 77, "d"), NOON);
            send(producer, 0, LIGHT, new Rejection(14, null, null, "found no value", PRODUCED_MS), NOON);
        }
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    private static Rejection rejection(long offset, int schemaId, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        byte[] value = new byte[WireFormat.HEADER_BYTES + body.length];
        WireFormat.writeHeader(value, schemaId);
        System.arraycopy(body, 0, value, WireFormat.HEADER_BYTES, body.length);
        byte[] key = ("key-" + text).getBytes(StandardCharsets.UTF_8);
        return new Rejection(offset, key, value, "expected a registered schema id, found " + schemaId, PRODUCED_MS);
    }

    private static void send(
            KafkaProducer<byte[], byte[]> producer, int shard, String topic, Rejection rejection, Instant when) {
        EventSource source = new EventSource(topic, shard, new Origin(1, rejection.offset()));
        OutputEvent output = encoder.rejected(
                new Trace(source, 1, rejection.producedMs(), when.toEpochMilli(), false, TrafficVerdict.NONE),
                rejection);
        producer.send(new ProducerRecord<>(
                OutputTopic.REJECTED.of("reject"), shard, when.toEpochMilli(), output.key(), output.value()));
    }

    private static String run(String command, String... options) {
        StringWriter output = new StringWriter();
        List<String> arguments = new ArrayList<>(List.of("rejected", command, "--settings", settings.toString()));
        arguments.addAll(List.of(options));
        int exitCode = Main.commandLine()
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(output))
                .execute(arguments.toArray(String[]::new));
        assertThat(exitCode).as(output.toString()).isZero();
        return output.toString();
    }

    @Test
    void listCountsByTopicSchemaAndReason() {
        String[] lines = run("list").split("\\R");

        assertThat(lines).hasSize(5);
        assertThat(lines[1].strip().split("  +"))
                .containsExactly(
                        "3",
                        NOON.toString(),
                        NOON.plusSeconds(120).toString(),
                        LIGHT,
                        "77",
                        "expected a registered schema id, found #");
        assertThat(run("list", "--schema-id", "88").split("\\R")).hasSize(2);
        assertThat(run("list", "--reason", "no value").split("\\R")).hasSize(2);
        assertThat(run(
                                "list",
                                "--from",
                                NOON.plusSeconds(60).toString(),
                                "--to",
                                NOON.plusSeconds(61).toString())
                        .split("\\R"))
                .hasSize(3);
    }

    @Test
    void showPrintsOriginReasonKeyAndValue() {
        assertThat(run("show", "--schema-id", "88"))
                .contains("origin  one.clicks-0 offset 12, incarnation 1, produced at 2026-01-18T11:59:55Z")
                .contains("schema  88")
                .contains("reason  expected a registered schema id, found 88")
                .contains("key     key-c")
                .contains("value   000000005863")
                .contains("1 records match");
        assertThat(run("show", "--max", "1")).contains("6 records match, of which the first 1 are shown");
    }

    @Test
    void redriveSendsEachSelectedRecordOnceAsItWas() {
        assertThat(run("redrive", "--schema-id", "77"))
                .contains("2 records were sent again", "1 more are equal", "1 cannot be sent");

        List<ConsumerRecord<byte[], byte[]>> found = kafka.readCommitted(LIGHT, 2);
        assertThat(found).hasSize(2);
        assertThat(found.get(0).partition()).isZero();
        assertThat(found.get(0).key()).isEqualTo("key-a".getBytes(StandardCharsets.UTF_8));
        assertThat(found.get(0).value()).isEqualTo(rejection(0, 77, "a").value());
        assertThat(found.get(0).timestamp()).isEqualTo(PRODUCED_MS);
        assertThat(found.get(1).partition()).isOne();
        assertThat(found.get(1).value()).isEqualTo(rejection(0, 77, "b").value());
        assertThat(run("redrive", "--reason", "no value")).contains("0 records were sent", "1 cannot be sent");
    }
}
