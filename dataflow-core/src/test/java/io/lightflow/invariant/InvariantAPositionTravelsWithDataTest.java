package io.lightflow.invariant;

import static io.lightflow.invariant.JoinScenario.KEY;
import static io.lightflow.invariant.JoinScenario.impression;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.Block;
import io.lightflow.event.EventType;
import io.lightflow.event.OutputEvent;
import io.lightflow.join.JoinSettings;
import io.lightflow.join.StepResult;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.MemorySink;
import io.lightflow.sink.MemorySink.Moment;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Outputs and position are committed in one atomic step. Any other copy of the position is a hint. */
class InvariantAPositionTravelsWithDataTest {
    private final MemorySink.Store<List<OutputEvent>> ledger = new MemorySink.Store<>();
    private final TopicLog log = new TopicLog("eu.impressions", EventType.IMPRESSION, 1)
            .append(impression("a", 1), impression("b", 2), impression("c", 3));
    private final ShardRun run = new ShardRun(JoinSettings.defaults("eu"));

    @Test
    void aCommitThatFailedMovesNothing() {
        Sink<List<OutputEvent>> sink = new MemorySink<>(ledger);
        sink.open(ShardRun.SHARD);
        ledger.failNext(Moment.BEFORE_COMMIT);
        assertThatThrownBy(() -> commit(sink, Position.START, block(0, 2)))
                .isInstanceOf(SinkUnavailableException.class);
        assertThat(sink.open(ShardRun.SHARD)).isEqualTo(Position.START);
        commit(sink, Position.START, block(0, 3));
        assertThat(committed())
                .containsExactly(
                        Outcome.impression(KEY, "a"), Outcome.impression(KEY, "b"), Outcome.impression(KEY, "c"));
    }

    @Test
    void aCommitWhoseAnswerWasLostIsNotMadeTwice() {
        Sink<List<OutputEvent>> sink = new MemorySink<>(ledger);
        sink.open(ShardRun.SHARD);
        ledger.failNext(Moment.AFTER_COMMIT);
        assertThatThrownBy(() -> commit(sink, Position.START, block(0, 2)))
                .isInstanceOf(SinkUnavailableException.class);
        // Trident replays the batch that it considers failed.
        commit(sink, sink.open(ShardRun.SHARD), block(0, 2));
        assertThat(committed()).containsExactly(Outcome.impression(KEY, "a"), Outcome.impression(KEY, "b"));
    }

    @Test
    void aZombieIsFenced() {
        Sink<List<OutputEvent>> zombie = new MemorySink<>(ledger);
        Position seen = zombie.open(ShardRun.SHARD);
        Sink<List<OutputEvent>> successor = new MemorySink<>(ledger);
        successor.open(ShardRun.SHARD);
        assertThatThrownBy(() -> commit(zombie, seen, block(0, 1))).isInstanceOf(FencedException.class);
        commit(successor, seen, block(0, 2));
        assertThatThrownBy(() -> commit(zombie, seen, block(0, 1))).isInstanceOf(FencedException.class);
        assertThat(committed()).containsExactly(Outcome.impression(KEY, "a"), Outcome.impression(KEY, "b"));
    }

    @Test
    void aSecondWriterFailsInsteadOfDoubling() {
        Sink<List<OutputEvent>> sink = new MemorySink<>(ledger);
        Position start = sink.open(ShardRun.SHARD);
        commit(sink, start, block(0, 2));
        assertThatThrownBy(() -> commit(sink, start, block(0, 2))).isInstanceOf(FencedException.class);
        assertThat(committed()).hasSize(2);
    }

    @Test
    void aHintThatIsTooHighStopsAndIsNotFollowed() {
        Sink<List<OutputEvent>> sink = new MemorySink<>(ledger);
        Position position = sink.open(ShardRun.SHARD);
        assertThatThrownBy(() -> commit(sink, position, block(2, 3))).isInstanceOf(GapException.class);
        assertThat(sink.read(ShardRun.SHARD)).isEqualTo(Position.START);
    }

    /** The driver crashes at any moment, and its hints are lost, stale, or from another incarnation. */
    @Test
    void nothingIsLostOrDoubledWhereverTheDriverDiesAndWhateverItsHintsSay() {
        Seeds.each(300, seed -> {
            Stream stream = StreamGenerator.stream(seed);
            Random random = new Random(seed);
            MemorySink.Store<List<OutputEvent>> store = new MemorySink.Store<>();
            ShardRun shard = new ShardRun(stream.settings());
            Interleaving interleaving = new Interleaving(stream.topics(), random);
            Sink<List<OutputEvent>> sink = new MemorySink<>(store);
            Position position = sink.open(ShardRun.SHARD);
            Position hint = Position.START;
            while (!interleaving.isDone(store.position(ShardRun.SHARD))) {
                try {
                    // The block begins at the hint, which is never above the ledger.
                    Block block = from(hint, interleaving.next(position), stream.topics());
                    StepResult result = shard.attempt(position, block);
                    if (random.nextInt(4) == 0) {
                        store.failNext(random.nextBoolean() ? Moment.BEFORE_COMMIT : Moment.AFTER_COMMIT);
                    }
                    shard.write(result);
                    sink.commit(List.of(commit(position, result)));
                    position = result.position();
                    hint = position;
                } catch (SinkUnavailableException e) {
                    sink = new MemorySink<>(store);
                    position = sink.open(ShardRun.SHARD);
                    hint = random.nextInt(3) == 0 ? Position.START : hint;
                }
            }
            assertThat(outcomes(store)).isEqualTo(stream.answer().outcomes());
            assertThat(store.position(ShardRun.SHARD).books().balanced()).isTrue();
        });
    }

    private static Block from(Position hint, Block block, List<TopicLog> topics) {
        return ShardRun.block(topics.stream()
                .map(log -> {
                    long to = block.parts().stream()
                            .filter(part -> part.topic().equals(log.topic()))
                            .findFirst()
                            .orElseThrow()
                            .to();
                    return log.part(Math.min(to, hint.nextOffset(log.topic(), log.incarnation())), to);
                })
                .toList());
    }

    private Block block(long from, long to) {
        return ShardRun.block(List.of(log.part(from, to)));
    }

    private void commit(Sink<List<OutputEvent>> sink, Position position, Block block) {
        StepResult result = run.attempt(position, block);
        run.write(result);
        sink.commit(List.of(commit(position, result)));
    }

    private static Commit<List<OutputEvent>> commit(Position expected, StepResult result) {
        return new Commit<>(
                List.of(new ShardMove(ShardRun.SHARD, expected, result.position())), List.copyOf(result.outputs()));
    }

    private List<Outcome> committed() {
        return outcomes(ledger);
    }

    private static List<Outcome> outcomes(MemorySink.Store<List<OutputEvent>> store) {
        OutputReader reader = new OutputReader(new TestSchemas());
        return ShardRun.outcomes(
                store.outputs().stream().flatMap(List::stream).map(reader::read).toList());
    }
}
