package io.lightflow.deploy.kafka;

import static io.lightflow.deploy.kafka.SinkSamples.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.deploy.embedded.EmbeddedKafkaSettings;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.join.JoinStep;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.kafka.KafkaSink;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.TransactionListing;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One owner of several shards: what it commits together, and who fences it. */
class KafkaSinkOwnerTest {
    private static TestKafka kafka;

    @BeforeAll
    static void start(@TempDir Path directory) {
        kafka = new TestKafka(EmbeddedKafkaSettings.in(directory));
        kafka.broker().createTopic(SinkSamples.INPUT, 4, Map.of());
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    private static KafkaSink sink(String group) {
        return new KafkaSink(kafka.clients(), group);
    }

    private static long committed(String group) {
        return kafka.committedSum(OutputTopic.CLICKS.of(group), 4);
    }

    /** Takes shards over as a loop does it: the ledger shows the takeover before anything else is committed. */
    private static Map<Integer, Position> takeOver(KafkaSink sink, Integer... shards) {
        Map<Integer, Position> positions = new TreeMap<>(sink.open(List.of(shards)));
        List<Commit<List<OutputEvent>>> takeovers = new ArrayList<>();
        positions.replaceAll((shard, position) -> {
            Position next = JoinStep.takeOver(position);
            takeovers.add(new Commit<>(List.of(new ShardMove(shard, position, next)), List.of()));
            return next;
        });
        sink.commit(takeovers);
        sink.awaitVisible(positions);
        return positions;
    }

    /** Moves every shard by one offset, with an output that equals the move. */
    private static List<Commit<List<OutputEvent>>> moves(Map<Integer, Position> positions) {
        List<Commit<List<OutputEvent>>> commits = new ArrayList<>();
        positions.replaceAll((shard, position) -> {
            long offset = SinkSamples.offset(position) + 1;
            Position next = at(offset).with(position.join());
            commits.add(new Commit<>(List.of(new ShardMove(shard, position, next)), SinkSamples.output(1)));
            return next;
        });
        return commits;
    }

    private static Set<String> writers(String group) {
        try {
            return kafka.admin().listTransactions().all().get().stream()
                    .filter(transaction -> transaction.transactionalId().startsWith("lightflow." + group + ".joint."))
                    .map(TransactionListing::transactionalId)
                    .collect(Collectors.toSet());
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("the transactions of " + group + " could not be listed", e);
        }
    }

    @Test
    void theShardsOfAnOwnerAreCommittedInOneTransaction() {
        kafka.createOutputs("joint", 4);
        try (KafkaSink sink = sink("joint")) {
            Map<Integer, Position> positions = takeOver(sink, 0, 1, 2, 3);
            for (int i = 0; i < 3; i++) {
                sink.commit(moves(positions));
            }
            TestKafka.await("the commits show", () -> positions.equals(read(sink, positions.keySet())));
            assertThat(writers("joint")).hasSize(1);
            assertThat(committed("joint")).isEqualTo(12);
        }
    }

    private static Map<Integer, Position> read(KafkaSink sink, Set<Integer> shards) {
        Map<Integer, Position> positions = new TreeMap<>();
        shards.forEach(shard -> positions.put(shard, sink.read(shard)));
        return positions;
    }

    @Test
    void invariantB_anOwnerOfSeveralShardsIsFencedByWhoeverOpensOneOfThem() {
        kafka.createOutputs("fence", 4);
        for (int taken = 0; taken < 4; taken++) {
            try (KafkaSink zombie = sink("fence");
                    KafkaSink successor = sink("fence")) {
                Map<Integer, Position> stale = takeOver(zombie, 0, 1, 2, 3);
                zombie.commit(moves(stale));
                Map<Integer, Position> positions = takeOver(successor, taken);
                assertThat(SinkSamples.offset(positions.get(taken))).isEqualTo(SinkSamples.offset(stale.get(taken)));
                long before = committed("fence");

                assertThatThrownBy(() -> zombie.commit(moves(new TreeMap<>(stale))))
                        .isInstanceOf(FencedException.class)
                        .hasMessageContaining("shards 0, 1, 2, 3 of group fence");
                assertThatThrownBy(() -> zombie.commit(moves(new TreeMap<>(stale))))
                        .isInstanceOf(FencedException.class)
                        .hasMessageContaining("opened");
                successor.commit(moves(positions));

                TestKafka.await("the commit shows", () -> positions.equals(read(successor, positions.keySet())));
                assertThat(committed("fence")).isEqualTo(before + 1);
            }
        }
    }

    @Test
    void invariantA_aTransactionOfSeveralShardsThatWasLeftOpenIsEndedByWhoeverOpensOneOfThem() {
        kafka.createOutputs("jointopen", 4);
        try (KafkaSink dying = sink("jointopen");
                KafkaSink sink = sink("jointopen")) {
            Map<Integer, Position> stale = takeOver(dying, 0, 1);
            List<Commit<List<OutputEvent>>> large = new ArrayList<>(moves(stale));
            List<OutputEvent> outputs = new ArrayList<>(SinkSamples.output(1_000));
            outputs.add(new OutputEvent(OutputTopic.CLICKS, new byte[1], new byte[64 << 20]));
            large.add(new Commit<>(List.copyOf(large.remove(1).moves()), outputs));
            assertThatThrownBy(() -> dying.commit(large)).isInstanceOf(SinkUnavailableException.class);

            Map<Integer, Position> positions = takeOver(sink, 0, 1);
            sink.commit(moves(positions));

            TestKafka.await("the commit shows", () -> positions.equals(read(sink, positions.keySet())));
            assertThat(committed("jointopen")).isEqualTo(2);
        }
    }

    @Test
    void anOwnerThatOpensOneOfItsShardsAgainKeepsTheOthers() {
        kafka.createOutputs("again", 4);
        try (KafkaSink sink = sink("again")) {
            Map<Integer, Position> positions = takeOver(sink, 0, 1, 2);
            sink.commit(moves(positions));

            positions.putAll(takeOver(sink, 1));
            sink.commit(moves(positions));

            TestKafka.await("the commits show", () -> positions.equals(read(sink, positions.keySet())));
            assertThat(committed("again")).isEqualTo(6);
            assertThat(writers("again")).hasSize(1);
        }
    }

    @Test
    void anOwnerKeepsItsOtherShardsWhenSomebodyOpensOneThatItHasReleased() {
        kafka.createOutputs("released", 4);
        try (KafkaSink owner = sink("released");
                KafkaSink operator = sink("released")) {
            Map<Integer, Position> positions = takeOver(owner, 0, 1, 2);
            owner.commit(moves(positions));
            owner.release(1);
            kafka.awaitNoOpenTransaction(GroupTopics.ledger("released"), 4);
            Map<Integer, Position> stopped = new TreeMap<>(Map.of(1, positions.remove(1)));

            Map<Integer, Position> moved = takeOver(operator, 1);
            assertThat(moved.get(1).topics()).isEqualTo(stopped.get(1).topics());
            operator.commit(moves(moved));
            owner.commit(moves(positions));
            assertThatThrownBy(() -> owner.commit(moves(stopped)))
                    .isInstanceOf(FencedException.class)
                    .hasMessageContaining("opened");

            Map<Integer, Position> all = takeOver(owner, 0, 1, 2);
            assertThat(all.get(1).topics()).isEqualTo(moved.get(1).topics());
            owner.commit(moves(all));
            TestKafka.await("the commits show", () -> all.equals(read(owner, all.keySet())));
            assertThat(committed("released")).isEqualTo(3 + 1 + 2 + 3);
        }
    }

    @Test
    void anOwnerWhoseCommitFailedUsesAnotherWriter() {
        kafka.createOutputs("another", 4);
        try (KafkaSink sink = sink("another")) {
            Map<Integer, Position> positions = takeOver(sink, 0, 1);
            List<OutputEvent> tooLarge = List.of(new OutputEvent(OutputTopic.CLICKS, new byte[1], new byte[64 << 20]));
            ShardMove move = new ShardMove(0, positions.get(0), at(10));
            assertThatThrownBy(() -> sink.commit(List.of(new Commit<>(List.of(move), tooLarge))))
                    .isInstanceOf(SinkUnavailableException.class);
            assertThatThrownBy(() -> sink.commit(moves(new TreeMap<>(positions))))
                    .isInstanceOf(FencedException.class)
                    .hasMessageContaining("opened");

            Map<Integer, Position> opened = takeOver(sink, 0, 1);
            sink.commit(moves(opened));

            TestKafka.await("the commits show", () -> opened.equals(read(sink, opened.keySet())));
            assertThat(committed("another")).isEqualTo(2);
            assertThat(writers("another")).hasSize(2);
        }
    }
}
