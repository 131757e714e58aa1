package io.lightflow.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract of every {@link Sink} and its {@link Ledger}. Each test needs its own empty ledger and outputs. */
public abstract class SinkContract<O> {
    private static final int SHARD = 0;
    private static final int OTHER = 1;

    private final List<Sink<O>> writers = new ArrayList<>();

    /** A new writer; all writers of a test share one ledger. Closed by the contract. */
    protected abstract Sink<O> newWriter();

    /** An output that adds {@code amount}, more than 0, to {@link #committedAmount}. */
    protected abstract O output(long amount);

    /** The sum over all committed outputs, as seen by an independent reader. */
    protected abstract long committedAmount();

    /** Maximum number of shards in a commit. */
    protected int mostMovesInOneCommit() {
        return 2;
    }

    /** A position like a real one that has read up to an offset. */
    protected static Position at(long offset) {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put("us.clicks", new TopicPosition(List.of(new Incarnation(0x1a2b3c4d, offset)), 1_370_448_000_000L));
        Books books = Books.EMPTY
                .edit()
                .add(EventType.CLICK, Books.Entry.IN, offset)
                .add(EventType.CLICK, Books.Entry.JOINED, offset)
                .done();
        return new Position(topics, 1_370_447_995_000L + offset, offset / 10, books);
    }

    @AfterEach
    void closeWriters() {
        writers.forEach(Sink::close);
    }

    private Sink<O> writer() {
        Sink<O> writer = newWriter();
        writers.add(writer);
        return writer;
    }

    private Commit<O> commit(int shard, Position expected, Position next, long amount) {
        return new Commit<>(List.of(new ShardMove(shard, expected, next)), output(amount));
    }

    @Test
    void aShardThatWasNeverCommittedIsAtTheStart() {
        Sink<O> sink = writer();

        assertThat(sink.read(SHARD)).isEqualTo(Position.START);
        assertThat(sink.open(SHARD)).isEqualTo(Position.START);
        assertThat(sink.read(SHARD)).isEqualTo(Position.START);
    }

    @Test
    void invariantA_outputAndPositionAreCommittedTogether() {
        Sink<O> sink = writer();
        sink.open(SHARD);

        sink.commit(List.of(commit(SHARD, Position.START, at(10), 7)));
        sink.commit(List.of(commit(SHARD, at(10), at(25), 5)));

        assertThat(writer().read(SHARD)).isEqualTo(at(25));
        assertThat(committedAmount()).isEqualTo(12);
    }

    @Test
    void invariantA_aCommitThatFailsChangesNothing() {
        Sink<O> sink = writer();
        sink.open(SHARD);
        sink.commit(List.of(commit(SHARD, Position.START, at(10), 7)));

        assertThatThrownBy(() -> sink.commit(List.of(commit(SHARD, at(9), at(20), 100))))
                .isInstanceOf(FencedException.class);

        assertThat(writer().read(SHARD)).isEqualTo(at(10));
        assertThat(committedAmount()).isEqualTo(7);
    }

    @Test
    void invariantA_ifOneOfSeveralMovesFailsNoneOfThemIsMade() {
        assumeTrue(mostMovesInOneCommit() >= 2, "this sink moves one shard in a commit");
        Sink<O> sink = writer();
        sink.open(SHARD);
        sink.open(OTHER);

        assertThatThrownBy(() -> sink.commit(List.of(new Commit<>(
                        List.of(new ShardMove(SHARD, Position.START, at(10)), new ShardMove(OTHER, at(3), at(20))),
                        output(100)))))
                .isInstanceOf(FencedException.class);

        assertThat(sink.read(SHARD)).isEqualTo(Position.START);
        assertThat(sink.read(OTHER)).isEqualTo(Position.START);
        assertThat(committedAmount()).isZero();
    }

    @Test
    void anOwnerGoesOnWhenAnotherTakesAShardThatItHasReleased() {
        Sink<O> owner = writer();
        owner.open(List.of(SHARD, OTHER));
        owner.commit(List.of(commit(SHARD, Position.START, at(10), 7), commit(OTHER, Position.START, at(5), 1)));
        owner.release(OTHER);

        Sink<O> operator = writer();
        assertThat(operator.open(OTHER)).isEqualTo(at(5));
        operator.commit(List.of(commit(OTHER, at(5), at(6), 1)));
        owner.commit(List.of(commit(SHARD, at(10), at(20), 3)));

        assertThat(owner.open(OTHER)).isEqualTo(at(6));
        assertThat(writer().read(SHARD)).isEqualTo(at(20));
        assertThat(committedAmount()).isEqualTo(12);
    }

    @Test
    void severalShardsMoveInOneCommit() {
        assumeTrue(mostMovesInOneCommit() >= 2, "this sink moves one shard in a commit");
        Sink<O> sink = writer();
        sink.open(SHARD);
        sink.open(OTHER);

        sink.commit(List.of(new Commit<>(
                List.of(new ShardMove(SHARD, Position.START, at(10)), new ShardMove(OTHER, Position.START, at(20))),
                output(3))));

        assertThat(sink.read(SHARD)).isEqualTo(at(10));
        assertThat(sink.read(OTHER)).isEqualTo(at(20));
        assertThat(committedAmount()).isEqualTo(3);
    }

    @Test
    void severalCommitsAreMadeInOneCall() {
        Sink<O> sink = writer();
        sink.open(SHARD);
        sink.open(OTHER);

        sink.commit(List.of(commit(SHARD, Position.START, at(10), 3), commit(OTHER, Position.START, at(20), 4)));

        assertThat(sink.read(SHARD)).isEqualTo(at(10));
        assertThat(sink.read(OTHER)).isEqualTo(at(20));
        assertThat(committedAmount()).isEqualTo(7);
    }

    @Test
    void invariantB_whoeverOpenedEarlierIsFencedEvenIfThePositionIsTheSame() {
        Sink<O> former = writer();
        former.open(SHARD);
        former.commit(List.of(commit(SHARD, Position.START, at(10), 7)));
        Sink<O> successor = writer();
        assertThat(successor.open(SHARD)).isEqualTo(at(10));

        assertThatThrownBy(() -> former.commit(List.of(commit(SHARD, at(10), at(20), 100))))
                .isInstanceOf(FencedException.class)
                .hasMessageContaining("shard " + SHARD);

        assertThat(former.read(SHARD)).isEqualTo(at(10));
        assertThat(committedAmount()).isEqualTo(7);
        successor.commit(List.of(commit(SHARD, at(10), at(15), 1)));
        assertThat(successor.read(SHARD)).isEqualTo(at(15));
        assertThat(committedAmount()).isEqualTo(8);
    }

    @Test
    void invariantB_fencingOneShardLeavesTheOthersToTheirWriter() {
        Sink<O> former = writer();
        former.open(SHARD);
        former.open(OTHER);
        writer().open(SHARD);

        former.commit(List.of(commit(OTHER, Position.START, at(10), 2)));

        assertThat(former.read(OTHER)).isEqualTo(at(10));
        assertThat(committedAmount()).isEqualTo(2);
    }

    @Test
    void openingAgainAfterAFailureGivesTheTruthAndTheRightToCommit() {
        Sink<O> sink = writer();
        sink.open(SHARD);
        Sink<O> other = writer();
        other.open(SHARD);
        other.commit(List.of(commit(SHARD, Position.START, at(10), 7)));
        assertThatThrownBy(() -> sink.commit(List.of(commit(SHARD, Position.START, at(10), 7))))
                .isInstanceOf(FencedException.class);

        assertThat(sink.open(SHARD)).isEqualTo(at(10));
        sink.commit(List.of(commit(SHARD, at(10), at(20), 1)));

        assertThat(sink.read(SHARD)).isEqualTo(at(20));
        assertThat(committedAmount()).isEqualTo(8);
    }

    @Test
    void invariantA_theSameCommitAgainIsRefusedAndNotDoubled() {
        Sink<O> sink = writer();
        sink.open(SHARD);
        sink.commit(List.of(commit(SHARD, Position.START, at(10), 7)));

        assertThatThrownBy(() -> sink.commit(List.of(commit(SHARD, Position.START, at(10), 7))))
                .isInstanceOf(FencedException.class);

        assertThat(committedAmount()).isEqualTo(7);
    }
}
