package io.lightflow.topology.dataflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.Block;
import io.lightflow.event.EventType;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.WriterSchemas;
import io.lightflow.invariant.EvolvedSchemas;
import io.lightflow.join.OtherBuildStore;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.MemorySink;
import io.lightflow.sink.MemorySink.Moment;
import io.lightflow.sink.ShardMove;
import io.lightflow.topology.loop.RetryException;
import io.lightflow.topology.loop.StoppedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The dataflow loop over a sink and a store that fail: what comes out is what comes out without failures. */
class DataflowLoopTest extends DataflowLoopFixture {
    @Test
    void anUnavailableRegistryIsWaitedForWhenAStoredBodyHasAnotherSchema() {
        fill(10);
        store.build = OtherBuildStore.withSchemas(SCHEMAS, EvolvedSchemas::withMoreFields);
        process(block(0, 0, impressions.end(), 0, 0));
        List<Integer> asked = new ArrayList<>();
        writerSchemas = id -> {
            asked.add(id);
            if (asked.size() <= 3) {
                throw new WriterSchemas.SchemasUnavailableException("told to fail", null);
            }
            return SCHEMAS.byId(id);
        };
        loop = newLoop();
        process(all(0));
        assertThat(pauses).hasSize(3);
        assertJoined(10, 10);
    }

    @Test
    void anAttemptCommitsItsNumberBeforeItWritesACell() {
        fill(10);
        store.onWrite = () -> assertThat(ledger.position(0).join().takeovers()).isEqualTo(1);
        process(block(0, 0, 2, 0, 2));
        store.onWrite = () -> {};
        loop = newLoop();
        process(all(0));
        assertThat(ledger.position(0).join().takeovers()).isEqualTo(2);
        assertJoined(10, 10);
    }

    @Test
    void newerDataBeginsANewAttempt() {
        fill(10);
        process(block(0, 0, 2, 0, 2), block(1, 0, 0, 0, 0));
        hasNewerData = true;
        process(all(0));
        process(all(0));
        assertThat(ledger.position(0).join().takeovers()).isEqualTo(2);
        assertThat(ledger.position(1).join().takeovers()).isEqualTo(1);
        process(block(1, 0, 0, 0, 0));
        assertThat(ledger.position(1).join().takeovers()).isEqualTo(2);
        assertJoined(10, 10);
    }

    @Test
    void anAttemptWhoseNumberMayBeCommittedTakesAnother() {
        fill(10);
        for (Moment moment : Moment.values()) {
            loop = newLoop();
            ledger.failNext(moment);
            process(all(0));
        }
        assertThat(pauses).hasSize(2);
        assertThat(ledger.position(0).join().takeovers()).isEqualTo(3);
        assertJoined(10, 10);
    }

    @Test
    void theEndOfACommitIsToldOnceItHasEndedWellOrNot() {
        fill(10);
        open(0);
        List<Runnable> delayed = new ArrayList<>();
        helpers = delayed::add;
        loop = newLoop();
        List<String> ends = new ArrayList<>();

        process(block(0, 0, 2, 0, 2));
        loop.afterCommit(() -> ends.add("first"));
        assertThat(ends).isEmpty();
        delayed.forEach(Runnable::run);
        assertThat(ends).containsExactly("first");

        delayed.clear();
        ledger.failNext(Moment.BEFORE_COMMIT);
        process(block(0, 2, 4, 2, 4));
        loop.afterCommit(() -> ends.add("second"));
        delayed.forEach(Runnable::run);
        assertThat(ends).containsExactly("first", "second");

        process();
        loop.afterCommit(() -> ends.add("third"));
        delayed.forEach(Runnable::run);
        assertThat(ends).containsExactly("first", "second", "third");
    }

    @Test
    void invariantA_aCommitThatFailedIsMadeAgainInPlaceFromTheLedger() {
        fill(10).open(0);
        ledger.failNext(Moment.BEFORE_COMMIT);
        process(all(0));

        assertJoined(10, 10);
        assertThat(ledger.position(0).books().get(EventType.CLICK, Books.Entry.DUPLICATE))
                .isEqualTo(2);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void invariantA_aCommitWhoseAnswerWasLostIsNotMadeTwice() {
        fill(10).open(0);
        ledger.failNext(Moment.AFTER_COMMIT);
        process(block(0, 0, 6, 0, 3));
        process(all(0));

        assertJoined(10, 10);
        assertThat(commits()).hasSize(2);
    }

    @Test
    void anOutageIsWaitedOutHoweverLongAndMoreAndMorePatiently() {
        fill(10);
        process(block(0, 0, 2, 0, 2), block(1, 0, 2, 0, 2));
        ledger.failNext(Moment.AFTER_COMMIT);
        store.failRead = true;
        for (int i = 0; i < 50; i++) {
            ledger.failNextOpen();
        }
        process(all(0), all(1));

        assertThat(outputs()).isEqualTo(Map.of(OutputTopic.IMPRESSIONS, 20L, OutputTopic.CLICKS, 20L));
        assertThat(pauses).hasSizeGreaterThan(50).isSorted().startsWith(Duration.ofMillis(100), Duration.ofMillis(200));
        assertThat(pauses.get(pauses.size() - 1)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void anInterruptionEndsTheWaiting() {
        fill(4);
        DataflowLoop interrupted = newLoop(time -> {
            throw new InterruptedException();
        });
        ledger.failNext(Moment.BEFORE_COMMIT);

        // Storm looks for that cause.
        assertThatThrownBy(() -> interrupted.process(1, List.of(all(0))))
                .isInstanceOf(StoppedException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ledger.position(0).topics()).isEmpty();
    }

    @Test
    void invariantB_aGapInABatchThatIsTriedAgainIsStillAskedForAgainFromTheLedger() {
        fill(10).open(0, 1);
        ledger.failNext(Moment.BEFORE_COMMIT);
        assertThatThrownBy(() -> process(block(0, 4, 10, 2, 12), all(1))).isInstanceOf(RetryException.class);
        // The shard was not stopped by that, though it was worked on twice.
        process(all(0));

        assertThat(outputs()).isEqualTo(Map.of(OutputTopic.IMPRESSIONS, 20L, OutputTopic.CLICKS, 20L));
    }

    @Test
    void invariantB_aBatchThatComesAgainLongerShorterOrTheSameCountsOnce() {
        fill(10);
        process(block(0, 0, 4, 0, 4));
        process(block(0, 0, 4, 0, 4));
        process(block(0, 0, 2, 0, 1));
        process(block(0, 2, 8, 4, 4));
        process(all(0));
        process(all(0));

        assertJoined(10, 10);
        assertThat(ledger.position(0).books().balanced()).isTrue();
        assertThat(ledger.position(0).nextOffset(CLICKS, 2)).isEqualTo(clicks.end());
    }

    @Test
    void invariantC_cellsThatWereWrittenBeforeAFailureAreGhosts() {
        fill(10);
        store.failWrite = Moment.AFTER_COMMIT;
        DataflowLoop killed = newLoop(time -> {
            throw new InterruptedException();
        });
        assertThatThrownBy(() -> killed.process(1, List.of(all(0)))).isInstanceOf(StoppedException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(commits()).isEmpty();
        // Only clicks come this time: the impressions in the store have never been committed.
        process(block(0, 0, 0, 0, clicks.end()));
        assertThat(outputs()).isEmpty();

        process(block(0, 0, impressions.end(), clicks.end(), clicks.end()));

        assertJoined(10, 10);
    }

    @Test
    void aBatchIsSteppedWhileTheOneBeforeIsCommittedAndWritesNoCellsUntilThatIsKnown() {
        fill(10);
        List<Runnable> later = new ArrayList<>();
        helpers = later::add;
        loop = newLoop();
        process(block(0, 0, 4, 0, 4));
        assertThat(commits()).isEmpty();

        long written = store.cells;
        store.onRead = () -> {
            assertThat(commits()).isEmpty();
            store.onWrite = () -> assertThat(commits()).hasSize(1);
        };
        process(block(0, 4, 8, 4, 8));
        assertThat(store.cells).isGreaterThan(written);
        store.onRead = () -> {};
        store.onWrite = () -> {};

        process();
        assertThat(commits()).hasSize(2);
        later.forEach(Runnable::run);
        process(all(0));
        loop.close();
        assertJoined(10, 10);
    }

    @Test
    void aCommitThatFailsInTheBackgroundIsMadeAgainTogetherWithWhatWasBuiltUponIt() {
        fill(10);
        for (Moment moment : Moment.values()) {
            DataflowLoopFixture test = new DataflowLoopFixture().fill(10);
            test.helpers = work -> {};
            test.loop = test.newLoop();
            test.process(test.block(0, 0, 4, 0, 4));
            test.ledger.failNext(moment);
            test.process(test.block(0, 4, 8, 4, 8));
            test.process(test.all(0));
            test.process();

            test.assertJoined(10, 10);
            assertThat(test.commits()).hasSize(3);
            assertThat(test.pauses).hasSize(1);
        }
    }

    @Test
    void whoClosesTheLoopDoesNotLoseTheCommitInFlight() {
        fill(10);
        helpers = work -> {};
        loop = newLoop();
        process(all(0));
        loop.close();

        assertJoined(10, 10);
    }

    @Test
    void aLastCommitThatFailsDoesNotKeepTheLoopFromBeingClosed() {
        fill(10);
        helpers = work -> {};
        loop = newLoop();
        process(all(0));
        ledger.failNext(Moment.BEFORE_COMMIT);
        loop.close();

        assertThat(ledger.position(0).topics()).isEmpty();
    }

    @Test
    void shardsThatAreSteppedAtOnceComeOutAsOneAfterTheOther() {
        fill(2_000);
        Block[] blocks = {all(0), all(1), all(2), all(3), all(4)};
        process(blocks);

        DataflowLoopTest atOnce = new DataflowLoopTest();
        atOnce.helpers = work -> new Thread(work).start();
        atOnce.loop = atOnce.newLoop();
        atOnce.process(blocks);
        atOnce.process();

        assertThat(atOnce.bodies()).isEqualTo(bodies());
    }

    private List<ByteBuffer> bodies() {
        return ledger.outputs().stream()
                .flatMap(List::stream)
                .map(output -> ByteBuffer.wrap(output.value()))
                .toList();
    }

    @Test
    void aBatchWithNothingNewIsNoCommit() {
        fill(3);
        process(all(0));
        process(all(0));
        process(block(0, impressions.end(), impressions.end(), clicks.end(), clicks.end()));
        process();

        assertThat(commits()).hasSize(1);
    }

    @Test
    void invariantB_aGapStopsItsShardAfterOneRetryAndNoOther() {
        fill(10);
        process(block(0, 0, 2, 0, 2), block(1, 0, 2, 0, 2), block(2, 0, 2, 0, 2));
        Block[] blocks = {block(0, 4, 10, 2, 12), block(1, 2, 10, 2, 14), block(2, 3, 10, 2, 12)};

        assertThatThrownBy(() -> process(blocks))
                .isInstanceOf(RetryException.class)
                .hasMessageContaining(IMPRESSIONS + "-0")
                .hasMessageContaining("offset 2")
                .hasMessageContaining("offset 4");
        process(blocks);
        process(blocks);

        assertThat(ledger.position(0).nextOffset(IMPRESSIONS, 1)).isEqualTo(2);
        assertThat(ledger.position(1).nextOffset(IMPRESSIONS, 1)).isEqualTo(10);
        assertThat(ledger.position(2).nextOffset(IMPRESSIONS, 1)).isEqualTo(2);

        clock.advance(Duration.ofSeconds(118));
        process(blocks);
        clock.advance(Duration.ofSeconds(2));
        assertThatThrownBy(() -> process(blocks)).isInstanceOf(RetryException.class);
        process(all(0), all(1), all(2));
        assertThat(ledger.position(0).nextOffset(IMPRESSIONS, 1)).isEqualTo(10);
        assertThat(ledger.position(2).nextOffset(IMPRESSIONS, 1)).isEqualTo(10);
    }

    @Test
    void invariantB_aStoppedShardGoesOnSoonAfterAnOperatorHasAcceptedTheGap() {
        fill(10);
        process(block(0, 0, 2, 0, 2), block(1, 0, 2, 0, 2));
        Block[] gap = {block(0, 4, 10, 2, 12), block(1, 2, 10, 2, 12)};
        assertThatThrownBy(() -> process(gap)).isInstanceOf(RetryException.class);
        assertThat(ledger.released()).isEmpty();
        process(gap);
        assertThat(ledger.released()).containsExactly(0);
        clock.advance(Duration.ofSeconds(2));
        process(gap);
        acceptGap(4);

        clock.advance(Duration.ofSeconds(2));
        assertThatThrownBy(this::process).isInstanceOf(RetryException.class);
        process(gap);

        assertThat(ledger.position(0).nextOffset(IMPRESSIONS, 1)).isEqualTo(10);
        assertThat(ledger.position(1).nextOffset(IMPRESSIONS, 1)).isEqualTo(10);
    }

    /** The effect of an operator's command on shard 0. */
    private void acceptGap(long to) {
        MemorySink<List<OutputEvent>> operator = new MemorySink<>(ledger);
        Position before = operator.open(0);
        ShardMove move = new ShardMove(0, before, before.acceptingGap(IMPRESSIONS, to));
        operator.commit(List.of(new Commit<>(List.of(move), List.of())));
    }

    @Test
    void whoeverLosesAShardCommitsNothingMoreOfIt() {
        fill(4);
        process(block(0, 0, 2, 0, 2));
        new MemorySink<>(ledger).open(0);

        assertThatThrownBy(() -> process(all(0))).isInstanceOf(FencedException.class);
        assertJoined(2, 2 - 1);
    }

    @Test
    void totalsAreExactWhateverFails() {
        for (int seed = 0; seed < 100; seed++) {
            DataflowLoopTest test = new DataflowLoopTest();
            test.fill(40);
            test.failAtRandom(seed);
        }
    }

    private void failAtRandom(int seed) {
        Random random = new Random(seed);
        helpers = work -> {
            if (random.nextBoolean()) {
                work.run();
            }
        };
        loop = newLoop();
        long[] next = new long[2];
        boolean done = false;
        while (!done) {
            switch (random.nextInt(13)) {
                case 0 -> ledger.failNext(Moment.BEFORE_COMMIT);
                case 1 -> ledger.failNext(Moment.AFTER_COMMIT);
                case 2 -> store.failWrite = Moment.BEFORE_COMMIT;
                case 3 -> store.failWrite = Moment.AFTER_COMMIT;
                case 4 -> store.failRead = true;
                case 5 -> ledger.failNextOpen();
                case 6 -> loop = newLoop();
                default -> {
                    // Nothing fails this time.
                }
            }
            long toImpressions = Math.min(impressions.end(), next[0] + random.nextInt(9));
            long toClicks = Math.min(clicks.end(), next[1] + random.nextInt(9));
            try {
                process(block(0, next[0], toImpressions, next[1], toClicks));
                next[0] = toImpressions;
                next[1] = toClicks;
            } catch (RetryException e) {
                // The loop that had the commits before in flight is no more.
                next[0] = ledger.position(0).nextOffset(IMPRESSIONS, 1);
                next[1] = ledger.position(0).nextOffset(CLICKS, 2);
            }
            done = ledger.position(0).nextOffset(IMPRESSIONS, 1) == impressions.end()
                    && ledger.position(0).nextOffset(CLICKS, 2) == clicks.end();
        }
        assertThat(outputs())
                .as("seed %d", seed)
                .isEqualTo(Map.of(OutputTopic.IMPRESSIONS, 40L, OutputTopic.CLICKS, 40L));
        assertThat(ledger.position(0).books().balanced()).isTrue();
        assertThat(ledger.position(0).books().get(EventType.CLICK, Books.Entry.DUPLICATE))
                .isEqualTo(8);
    }
}
