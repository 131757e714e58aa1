package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import io.lightflow.topology.Main;
import io.lightflow.topology.kafka.KafkaLedger;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.settings.GroupSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AcceptGapTest {
    @TempDir
    Path directory;

    @Test
    void aGapAtTheBeginningOfATopicThatWasNeverReadCanBeAcceptedAndNothingElse() throws Exception {
        try (TestKafka kafka = new TestKafka(EmbeddedKafkaSettings.in(directory.resolve("kafka")))) {
            kafka.broker().createTopic(SinkSamples.INPUT, 2, Map.of());
            kafka.createOutputs("gap", 2);
            GroupSettings settings = kafka.settings("gap", 2);
            Path file = Files.writeString(directory.resolve("gap.yaml"), settings.toYaml());

            Run noGap = run(file, "1", SinkSamples.INPUT, 20);
            assertThat(noGap.exitCode).isOne();
            assertThat(noGap.errors).contains("shard 1 has no gap in " + SinkSamples.INPUT, "offset 0");

            kafka.produce(SinkSamples.INPUT, 1, Collections.nCopies(30, "lost").toArray(String[]::new));
            TopicPartition partition = new TopicPartition(SinkSamples.INPUT, 1);
            kafka.admin()
                    .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(20)))
                    .all()
                    .get();
            for (long wrong : new long[] {19, 21}) {
                Run run = run(file, "1", SinkSamples.INPUT, wrong);
                assertThat(run.exitCode).isEqualTo(CommandLine.ExitCode.USAGE);
                assertThat(run.errors).contains("--to must be 20", "found " + wrong);
            }
            assertThat(run(file, "1", SinkSamples.INPUT, 20).exitCode).isZero();

            int incarnation = TopicSetup.incarnation(TopicSetup.describe(kafka.admin(), List.of(SinkSamples.INPUT))
                    .get(SinkSamples.INPUT));
            try (KafkaLedger ledger = new KafkaLedger(kafka.clients(), "gap")) {
                TestKafka.await(
                        "the ledger has moved", () -> ledger.read(1).nextOffset(SinkSamples.INPUT, incarnation) == 20);
            }
            assertThat(run(file, "2", SinkSamples.INPUT, 20).errors).contains("--shard", "between 0 and 1");
            assertThat(run(file, "1", "other.clicks", 20).errors)
                    .contains("--topic", SinkSamples.INPUT, "other.clicks");
        }
    }

    private record Run(int exitCode, String errors) {}

    private static Run run(Path settings, String shard, String topic, long to) {
        StringWriter errors = new StringWriter();
        CommandLine commandLine = Main.commandLine().setErr(new PrintWriter(errors));
        int exitCode = commandLine.execute(
                "accept-gap",
                "--settings",
                settings.toString(),
                "--shard",
                shard,
                "--topic",
                topic,
                "--to",
                Long.toString(to));
        return new Run(exitCode, errors.toString());
    }
}
