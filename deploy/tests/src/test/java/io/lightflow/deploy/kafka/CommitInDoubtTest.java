package io.lightflow.deploy.kafka;

import static io.lightflow.deploy.kafka.SinkSamples.at;
import static io.lightflow.deploy.kafka.SinkSamples.commit;
import static io.lightflow.deploy.kafka.SinkSamples.offset;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import io.lightflow.deploy.kafka.EndTransactionCutter.Cut;
import io.lightflow.event.OutputTopic;
import io.lightflow.position.Position;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.KafkaSink;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A commit that failed may have been made or not: opening the shard again tells which, and outputs agree with it. */
class CommitInDoubtTest {
    private static final String GROUP = "doubt";

    @TempDir
    Path directory;

    @Test
    void invariantA_aCommitThatWasCutOffIsMadeOrNotMadeAndOpeningAgainTellsWhich() throws Exception {
        try (EndTransactionCutter cutter = new EndTransactionCutter();
                TestKafka kafka = new TestKafka(EmbeddedKafkaSettings.in(directory)
                        .withPort(cutter.start(freePort()))
                        .with("advertised.listeners", "PLAINTEXT://127.0.0.1:" + cutter.port()))) {
            kafka.broker().createTopic(SinkSamples.INPUT, 1, Map.of());
            kafka.createOutputs(GROUP, 1);
            KafkaClients clients = new KafkaClients(
                    TestKafka.settings("127.0.0.1:" + cutter.port(), GROUP, 1).kafka());
            try (KafkaSink sink = new KafkaSink(clients, GROUP)) {
                sink.open(0);
                sink.commit(commit(0, Position.START, at(10)));

                failToCommit(cutter, sink, Cut.BEFORE_THE_BROKER_HEARS, at(10), at(20));
                assertThat(sink.open(0)).isEqualTo(at(10));
                assertThat(kafka.committedSum(OutputTopic.CLICKS.of(GROUP), 1)).isEqualTo(10);
                sink.commit(commit(0, at(10), at(25)));

                failToCommit(cutter, sink, Cut.BEFORE_THE_CLIENT_HEARS, at(25), at(40));
                assertThat(sink.open(0)).isEqualTo(at(40));
                assertThat(kafka.committedSum(OutputTopic.CLICKS.of(GROUP), 1)).isEqualTo(40);
                sink.commit(commit(0, at(40), at(41)));

                assertThat(kafka.committedSum(OutputTopic.CLICKS.of(GROUP), 1)).isEqualTo(41);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void failToCommit(EndTransactionCutter cutter, KafkaSink sink, Cut cut, Position from, Position to) {
        cutter.cutAt(cut);
        assertThatThrownBy(() -> sink.commit(commit(0, from, to)))
                .isInstanceOf(SinkUnavailableException.class)
                .hasMessageContaining("shard 0 of group " + GROUP);
        assertThat(cutter.isDown()).isTrue();
        cutter.mend();
    }

    @Test
    void invariantA_theBrokerGoesAndComesBackInTheMiddleOfCommitsAndOutputsEqualTheLedger() throws Exception {
        try (TestKafka kafka = new TestKafka(EmbeddedKafkaSettings.in(directory))) {
            kafka.broker().createTopic(SinkSamples.INPUT, 1, Map.of());
            kafka.createOutputs(GROUP, 1);
            KafkaClients clients = kafka.clients();
            AtomicBoolean enough = new AtomicBoolean();
            AtomicInteger commits = new AtomicInteger();
            CompletableFuture<Void> committing =
                    CompletableFuture.runAsync(() -> commitUntil(clients, enough, commits));
            for (int round = 0; round < 2; round++) {
                int before = commits.get();
                TestKafka.await("commits get through", () -> committing.isDone() || commits.get() > before + 20);
                kafka.broker().close();
                kafka.broker().start();
            }
            int before = commits.get();
            TestKafka.await("commits get through", () -> committing.isDone() || commits.get() > before + 5);
            enough.set(true);
            committing.get(60, TimeUnit.SECONDS);

            try (KafkaSink sink = new KafkaSink(clients, GROUP)) {
                assertThat(offset(sink.open(0)))
                        .isEqualTo(kafka.committedSum(OutputTopic.CLICKS.of(GROUP), 1))
                        .isGreaterThanOrEqualTo(commits.get());
            }
        }
    }

    /** Moves the shard by one offset at a time, as a loop does it: after a failure it works from the ledger again. */
    private static void commitUntil(KafkaClients clients, AtomicBoolean enough, AtomicInteger commits) {
        try (KafkaSink sink = new KafkaSink(clients, GROUP)) {
            Position position = null;
            while (!enough.get()) {
                try {
                    position = position == null ? sink.open(0) : position;
                    Position next = at(offset(position) + 1);
                    sink.commit(commit(0, position, next));
                    position = next;
                    commits.incrementAndGet();
                } catch (SinkUnavailableException e) {
                    position = null;
                }
            }
        }
    }
}
