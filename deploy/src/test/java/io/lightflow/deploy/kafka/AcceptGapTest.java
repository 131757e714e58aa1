package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.KafkaSettings;
import io.lightflow.topology.Main;
import io.lightflow.topology.kafka.KafkaLedger;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.settings.GroupSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AcceptGapTest {
    @TempDir
    Path directory;

    @Test
    void aGapAtTheBeginningOfATopicThatWasNeverReadCanBeAccepted() throws Exception {
        try (TestKafka kafka = new TestKafka(KafkaSettings.in(directory.resolve("kafka")))) {
            kafka.broker().createTopic(SinkSamples.INPUT, 2, Map.of());
            kafka.createOutputs("gap", 2);
            GroupSettings settings = kafka.settings("gap", 2);
            Path file = Files.writeString(directory.resolve("gap.yaml"), settings.toYaml());

            assertThat(run(file, "1", SinkSamples.INPUT).exitCode).isZero();

            int incarnation = TopicSetup.incarnation(TopicSetup.describe(kafka.admin(), List.of(SinkSamples.INPUT))
                    .get(SinkSamples.INPUT));
            try (KafkaLedger ledger = new KafkaLedger(kafka.clients(), "gap")) {
                TestKafka.await(
                        "the ledger has moved", () -> ledger.read(1).nextOffset(SinkSamples.INPUT, incarnation) == 20);
            }
            assertThat(run(file, "2", SinkSamples.INPUT).errors).contains("--shard", "between 0 and 1");
            assertThat(run(file, "1", "other.clicks").errors).contains("--topic", SinkSamples.INPUT, "other.clicks");
        }
    }

    private record Run(int exitCode, String errors) {}

    private static Run run(Path settings, String shard, String topic) {
        StringWriter errors = new StringWriter();
        CommandLine commandLine = Main.commandLine().setErr(new PrintWriter(errors));
        int exitCode = commandLine.execute(
                "accept-gap", "--settings", settings.toString(), "--shard", shard, "--topic", topic, "--to", "20");
        return new Run(exitCode, errors.toString());
    }
}
