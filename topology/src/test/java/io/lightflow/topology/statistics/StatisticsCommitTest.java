package io.lightflow.topology.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.Block;
import io.lightflow.position.Position;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.MemorySink;
import io.lightflow.sink.MemorySink.Moment;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.topology.ManualClock;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.LoopObserver;
import io.lightflow.topology.loop.RetryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Commits of the statistics loop that are in flight, fail, or are lost: nothing is counted twice or left out. */
class StatisticsCommitTest extends StatisticsLoopFixture {
    @Test
    void blocksAreSummedWhileACommitIsUnderWay() {
        helper.isBusy = true;
        process(block(0, 0, 10));
        due();
        process();
        process(block(0, 10, 20), block(0, 20, 22));
        clock.advance(Duration.ofSeconds(1));
        process(block(0, 22, 23));
        assertThat(ledger.outputs()).isEmpty();
        helper.runNext();
        assertCommitted(10);
        assertThat(committed(0)).isEqualTo(10);

        process();
        helper.runNext();

        assertCommitted(23);
        assertThat(committed(0)).isEqualTo(23);
        assertThat(pauses).isEmpty();
    }

    @Test
    void aCommitThatFailedWhileMoreWasSummedIsMadeAgainBeforeTheNextOne() {
        for (Moment moment : Moment.values()) {
            long from = ledger.outputs().size() * 5L;
            helper.isBusy = true;
            process(block(0, from, from + 5));
            due();
            process();
            ledger.failNext(moment);
            process(block(0, from + 5, from + 10));
            helper.runNext();
            helper.isBusy = false;
            due();
            process();

            assertCommitted(from + 10);
            assertThat(committed(0)).isEqualTo(from + 10);
        }
        assertThat(pauses).hasSize(Moment.values().length);
    }

    @Test
    void aCommitThatTheHelperHasNotBegunIsMadeByTheLoopBeforeTheNextOne() {
        helper.isBusy = true;
        process(block(0, 0, 10));
        due();
        process();
        process(block(0, 10, 20));
        due();
        process();

        assertCommitted(10);
        loop.close();
        assertCommitted(20);
    }

    @Test
    void whoeverLosesAShardDuringACommitCountsNothingBehindIt() {
        helper.isBusy = true;
        process(block(0, 0, 10));
        due();
        process();
        process(block(0, 10, 20));
        new MemorySink<>(ledger).open(0);
        helper.runNext();
        helper.isBusy = false;

        assertThatThrownBy(this::process).isInstanceOf(FencedException.class);
        process(block(0, 0, 20));
        due();
        process();
        assertCommitted(20);
    }

    @Test
    void invariantA_aCommitThatFailedIsMadeAgainInPlaceWithAllThatWasSummed() {
        process(block(0, 0, 10));
        process(block(0, 10, 20), block(1, 0, 5));
        due();
        ledger.failNext(Moment.BEFORE_COMMIT);
        process(block(0, 20, 22));

        assertCommitted(27);
        assertThat(ledger.outputs()).hasSize(1);
        assertThat(committed(0)).isEqualTo(22);
        assertThat(committed(1)).isEqualTo(5);
        assertThat(pauses).hasSize(1);
    }

    @Test
    void invariantA_aCommitWhoseAnswerWasLostIsNotMadeTwice() {
        process(block(0, 0, 10), block(1, 0, 5));
        due();
        ledger.failNext(Moment.AFTER_COMMIT);
        process();
        // Summing continues behind it.
        process(block(0, 10, 11), block(1, 5, 6));
        due();
        process();

        assertCommitted(17);
        assertThat(ledger.outputs()).hasSize(2);
    }

    @Test
    void anOutageIsWaitedOutHoweverLongAndNoSumsAreLost() {
        process(block(0, 0, 10));
        due();
        ledger.failNext(Moment.AFTER_COMMIT);
        for (int i = 0; i < 50; i++) {
            ledger.failNextOpen();
        }
        process(block(0, 10, 15));

        assertCommitted(15);
        assertThat(pauses).hasSize(51).isSorted();
        assertThat(pauses.get(50)).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aShardThatCannotBeOpenedNowCostsTheOthersNothing() {
        process(block(0, 0, 10));
        ledger.failNextOpen();
        process(block(0, 10, 20), block(1, 0, 5));
        due();
        process();

        assertCommitted(25);
    }

    @Test
    void whatSomebodyElseHasDoneDuringAnOutageIsNotDoneAgain() {
        process(block(0, 0, 10));
        due();
        ledger.failNext(Moment.BEFORE_COMMIT);
        StatisticsLoop overtaken = new StatisticsLoop(
                new MemorySink<>(ledger),
                MICRO_BATCH,
                1_000,
                clock,
                new BackoffRetrier(
                        clock,
                        time -> {
                            try (StatisticsLoop other = loop(1)) {
                                other.process(1, List.of(block(0, 0, 4)));
                            }
                        },
                        LoopObserver.NONE),
                Runnable::run,
                LoopObserver.NONE);
        overtaken.process(1, List.of(block(0, 0, 10)));
        due();
        assertThatThrownBy(() -> overtaken.process(2, List.of()))
                .isInstanceOf(RetryException.class)
                .hasMessageContaining("shard 0");
        overtaken.process(2, List.of(block(0, 4, 10)));
        due();
        overtaken.process(3, List.of());

        assertCommitted(10);
    }

    @Test
    void whoeverLosesAShardCommitsNothingOfIt() {
        process(block(0, 0, 10));
        new MemorySink<>(ledger).open(0);
        due();

        assertThatThrownBy(this::process).isInstanceOf(FencedException.class);
        assertCommitted(0);
    }

    @Test
    void totalsAreExactWhateverFails() {
        for (int seed = 0; seed < 200; seed++) {
            failAtRandom(seed);
        }
    }

    private static void failAtRandom(int seed) {
        MemorySink.Store<Statistics> store = new MemorySink.Store<>();
        ManualClock time = new ManualClock();
        Random random = new Random(seed);
        StatisticsLoop looping = newLoop(store, time, random);
        long[] next = new long[2];
        for (int batch = 0; batch < 60 || store.position(0) == Position.START; batch++) {
            if (random.nextInt(6) == 0) {
                store.failNext(random.nextBoolean() ? Moment.BEFORE_COMMIT : Moment.AFTER_COMMIT);
            }
            if (random.nextInt(8) == 0) {
                store.failNextOpen();
            }
            if (random.nextInt(12) == 0) {
                // The worker dies, and with it what was not committed.
                looping = newLoop(store, time, random);
                readAgain(store, next);
            }
            time.advance(Duration.ofSeconds(random.nextInt(10)));
            List<Block> blocks = new ArrayList<>();
            for (int shard = 0; shard < 2; shard++) {
                long to = next[shard] + random.nextInt(5);
                blocks.add(block(shard, next[shard], to));
                next[shard] = to;
            }
            looping.process(batch, blocks);
        }
        Counts total = new Counts();
        store.outputs().forEach(rows -> rows.minutes().values().forEach(total::add));
        assertThat(total.impressions)
                .as("seed %d", seed)
                .isPositive()
                .isEqualTo(store.position(0).nextOffset(TOPIC, INCARNATION)
                        + store.position(1).nextOffset(TOPIC, INCARNATION));
    }

    /** The helper runs half of the commits at once, and leaves the others to the loop. */
    private static StatisticsLoop newLoop(MemorySink.Store<Statistics> store, ManualClock time, Random random) {
        return new StatisticsLoop(
                new MemorySink<>(store),
                MICRO_BATCH,
                8,
                time,
                new BackoffRetrier(time, time::advance, LoopObserver.NONE),
                commit -> {
                    if (random.nextBoolean()) {
                        commit.run();
                    }
                },
                LoopObserver.NONE);
    }

    private static void readAgain(MemorySink.Store<Statistics> store, long[] next) {
        for (int shard = 0; shard < 2; shard++) {
            next[shard] = store.position(shard).nextOffset(TOPIC, INCARNATION);
        }
    }
}
