package io.lightflow.topology.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.MemorySink;
import io.lightflow.sink.MemorySink.Moment;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsFact;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.ManualClock;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.RetryException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The statistics loop over a sink that fails: every event is in the committed rows once. */
class StatisticsLoopTest {
    private static final String TOPIC = "us.joined.impressions";
    private static final int INCARNATION = 77;
    private static final Duration MICRO_BATCH = Duration.ofSeconds(15);
    private static final long TIME = 1_370_448_000_000L;

    private final MemorySink.Store<Statistics> ledger = new MemorySink.Store<>();
    private final ManualClock clock = new ManualClock();
    private final List<Duration> pauses = new ArrayList<>();
    private final Helper helper = new Helper();
    private final StatisticsLoop loop = loop(1_000);
    private long txid;

    private StatisticsLoop loop(int maxRows) {
        return new StatisticsLoop(
                new MemorySink<>(ledger),
                MICRO_BATCH,
                maxRows,
                () -> helper.instant(clock),
                new BackoffRetrier(clock, pauses::add),
                helper::execute);
    }

    /** Runs commits at once, or when it is told to. */
    private static final class Helper {
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private boolean isBusy;
        private boolean isRunning;
        private Duration duration = Duration.ZERO;

        void execute(Runnable commit) {
            if (isBusy) {
                waiting.add(commit);
            } else {
                run(commit);
            }
        }

        private void run(Runnable commit) {
            isRunning = true;
            commit.run();
            isRunning = false;
        }

        void runNext() {
            run(waiting.remove());
        }

        /** Time passes during a commit, between two looks at the clock. */
        Instant instant(ManualClock clock) {
            if (isRunning) {
                clock.advance(duration);
            }
            return clock.instant();
        }
    }

    /** Offsets [from, to) of a topic-partition in which every offset is an impression of one micro. */
    private static Block block(int shard, long from, long to) {
        List<BlockEntry> entries = new ArrayList<>();
        for (long offset = from; offset < to; offset++) {
            long minute = TIME + offset % 10 * Statistics.MINUTE_MS;
            StatisticsKey row = StatisticsKey.of(minute)
                    .with(Dimension.CAMPAIGN, "c")
                    .with(Dimension.CREATIVE, "r")
                    .with(Dimension.ADVERTISER, "a")
                    .with(Dimension.EXCHANGE, "e")
                    .with(Dimension.PUBLISHER, "p")
                    .with(Dimension.COUNTRY, "US")
                    .with(Dimension.REGION, "CA")
                    .with(Dimension.DEVICE, "phone")
                    .with(Dimension.DATA_CENTER, "us-west")
                    .with(Dimension.CURRENCY, "USD");
            entries.add(new StatisticsFact(offset, EventType.IMPRESSION, minute, row, false, 1, 0));
        }
        return new Block(
                shard,
                List.of(new BlockPart(TOPIC, EventType.IMPRESSION, INCARNATION, from, to, false, entries)),
                TIME);
    }

    private void process(Block... blocks) {
        loop.process(++txid, List.of(blocks));
    }

    private void due() {
        clock.advance(MICRO_BATCH);
    }

    private long committed(int shard) {
        return ledger.position(shard).nextOffset(TOPIC, INCARNATION);
    }

    private Counts total() {
        Counts total = new Counts();
        ledger.outputs().forEach(rows -> rows.minutes().values().forEach(total::add));
        return total;
    }

    private void assertCommitted(long events) {
        assertThat(total().impressions).isEqualTo(events);
        assertThat(total().spendMicros).isEqualTo(events);
    }

    /** A block in which counting fails at some offsets: the facts there have no type. */
    private static Block failing(Block block, long... offsets) {
        BlockPart part = block.parts().get(0);
        List<BlockEntry> entries = new ArrayList<>(part.entries());
        for (long offset : offsets) {
            StatisticsFact fact = (StatisticsFact) entries.get((int) (offset - part.from()));
            entries.set(
                    (int) (offset - part.from()),
                    new StatisticsFact(offset, null, fact.time(), fact.row(), false, 1, 0));
        }
        return new Block(
                block.shard(),
                List.of(new BlockPart(
                        part.topic(), part.type(), part.incarnation(), part.from(), part.to(), false, entries)),
                block.readMs());
    }

    @Test
    void invariantK_eventsOnWhichCountingFailsAreSetAsideAndAllOthersCount() {
        process(block(0, 0, 10), block(1, 0, 5));
        assertThatThrownBy(() -> process(failing(block(0, 10, 30), 12, 29)))
                .isInstanceOf(RetryException.class)
                .hasMessageContaining("is set aside");
        assertThat(ledger.outputs()).isEmpty();

        process(failing(block(0, 0, 30), 12, 29), block(1, 0, 5));
        due();
        process();

        assertCommitted(33);
        assertThat(committed(0)).isEqualTo(30);
        assertThat(ledger.outputs().get(0).setAside())
                .extracting(record -> record.event().offset())
                .containsExactly(12L, 29L);
        Books books = ledger.position(0).books();
        assertThat(books.get(EventType.IMPRESSION, Books.Entry.REJECTED)).isEqualTo(2);
        assertThat(books.balanced()).isTrue();
        process(block(0, 30, 31));
        due();
        process();
        assertCommitted(34);
    }

    @Test
    void committedAtMostEvery400Milliseconds() {
        process(block(0, 0, 10), block(1, 0, 5));
        clock.advance(Duration.ofMillis(399));
        process(block(0, 10, 20));
        assertThat(ledger.outputs()).isEmpty();

        clock.advance(Duration.ofMillis(1));
        process();

        assertThat(ledger.outputs()).hasSize(1);
        assertCommitted(25);
        assertThat(committed(0)).isEqualTo(20);
        assertThat(committed(1)).isEqualTo(5);
        process(block(0, 20, 21));
        assertThat(ledger.outputs()).hasSize(1);
    }

    @Test
    void commitsTakeAFifthOfTheTimeWithinTheMicroBatch() {
        helper.duration = Duration.ofSeconds(2);
        process(block(0, 0, 10));
        due();
        process();
        assertThat(ledger.outputs()).hasSize(1);

        // The commit began 4 s ago by this clock; news come all the time, so the loop waits for more rows.
        for (int i = 10; i < 17; i++) {
            clock.advance(Duration.ofMillis(800));
            process(block(0, i, i + 1));
            assertThat(ledger.outputs()).hasSize(1);
        }
        clock.advance(Duration.ofMillis(800));
        process(block(0, 17, 18));

        assertThat(ledger.outputs()).hasSize(2);
    }

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
    void nothingNewIsNoCommit() {
        process(block(0, 0, 10));
        due();
        process();
        due();
        process();
        process(block(0, 0, 10));
        due();
        process();

        assertThat(ledger.outputs()).hasSize(1);
        assertCommitted(10);
    }

    @Test
    void asManyRowsAsMemoryShouldHoldAreCommittedEarly() {
        try (StatisticsLoop small = loop(10)) {
            small.process(1, List.of(block(0, 0, 9)));
            assertThat(ledger.outputs()).isEmpty();
            small.process(2, List.of(block(0, 9, 10)));
        }
        assertCommitted(10);
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
                new BackoffRetrier(clock, time -> {
                    try (StatisticsLoop other = loop(1)) {
                        other.process(1, List.of(block(0, 0, 4)));
                    }
                }),
                Runnable::run);
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
    void invariantB_blocksThatComeAgainLongerShorterOrTheSameCountOnce() {
        process(block(0, 0, 10));
        process(block(0, 0, 10));
        process(block(0, 0, 4));
        process(block(0, 3, 15));
        due();
        process(block(0, 12, 15));
        process(block(0, 0, 20));
        due();
        process();

        assertCommitted(20);
        assertThat(committed(0)).isEqualTo(20);
    }

    @Test
    void invariantB_aGapStopsItsShardAfterOneRetryAndNoOther() {
        process(block(0, 0, 10), block(1, 0, 10), block(2, 0, 10));
        due();
        process();

        clock.advance(Duration.ofSeconds(9));
        // Two shards have a gap at once; one retry tells for both.
        assertThatThrownBy(() -> process(block(0, 15, 20), block(1, 10, 20), block(2, 11, 20)))
                .isInstanceOf(RetryException.class)
                .hasMessageContaining("10")
                .hasMessageContaining("15");
        process(block(0, 15, 20), block(1, 10, 20), block(2, 11, 20));
        due();
        process(block(0, 20, 30), block(1, 20, 30), block(2, 20, 30));

        assertThat(List.of(committed(0), committed(1), committed(2))).containsExactly(10L, 30L, 10L);
        assertCommitted(50);
    }

    @Test
    void invariantB_aGapCostsTheOtherShardsNothingThatWasSummed() {
        process(block(0, 0, 10), block(1, 0, 10));
        assertThatThrownBy(() -> process(block(0, 15, 20), block(1, 10, 20))).isInstanceOf(RetryException.class);
        // All of it is replayed from the ledger; what is summed already is skipped, and committed when the shard stops.
        process(block(0, 15, 20), block(1, 0, 20));

        assertCommitted(30);
        assertThat(List.of(committed(0), committed(1))).containsExactly(10L, 20L);
    }

    @Test
    void invariantB_aStoppedShardGoesOnOnceItHasBeenMended() {
        stopShard0At5();
        clock.advance(Duration.ofMinutes(2));
        assertThatThrownBy(this::process).isInstanceOf(RetryException.class);
        process(block(0, 0, 20));
        due();
        process();

        assertCommitted(20);
    }

    @Test
    void invariantB_aStoppedShardGoesOnFromTheLedgerOnceAnOperatorHasAcceptedTheGap() {
        stopShard0At5();
        MemorySink<Statistics> operator = new MemorySink<>(ledger);
        Position before = operator.open(0);
        Position after = new Position(
                new TreeMap<>(
                        Map.of(TOPIC, new TopicPosition(List.of(new Incarnation(INCARNATION, 5)), Position.NO_TIME))),
                before.watermark(),
                before.txid(),
                before.books());
        operator.commit(List.of(new Commit<>(List.of(new ShardMove(0, before, after)), new Statistics())));

        clock.advance(Duration.ofSeconds(2));
        assertThatThrownBy(this::process).isInstanceOf(RetryException.class);
        process(block(0, 5, 20));
        due();
        process();

        assertCommitted(15);
        assertThat(committed(0)).isEqualTo(20);
    }

    private void stopShard0At5() {
        assertThatThrownBy(() -> process(block(0, 5, 20))).isInstanceOf(RetryException.class);
        process(block(0, 5, 20));
        clock.advance(Duration.ofSeconds(2));
        process();
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
                new MemorySink<>(store), MICRO_BATCH, 8, time, new BackoffRetrier(time, time::advance), commit -> {
                    if (random.nextBoolean()) {
                        commit.run();
                    }
                });
    }

    private static void readAgain(MemorySink.Store<Statistics> store, long[] next) {
        for (int shard = 0; shard < 2; shard++) {
            next[shard] = store.position(shard).nextOffset(TOPIC, INCARNATION);
        }
    }
}
