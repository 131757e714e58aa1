package io.lightflow.topology.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.sink.MemorySink;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsFact;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.ManualClock;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.LoopObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The statistics loop over a sink that fails on request, and blocks of which each offset is an impression. */
abstract class StatisticsLoopFixture {
    static final String TOPIC = "us.joined.impressions";
    static final int INCARNATION = 77;
    static final Duration MICRO_BATCH = Duration.ofSeconds(15);
    static final long TIME = 1_370_448_000_000L;

    final MemorySink.Store<Statistics> ledger = new MemorySink.Store<>();
    final ManualClock clock = new ManualClock();
    final List<Duration> pauses = new ArrayList<>();
    final Helper helper = new Helper();
    final StatisticsLoop loop = loop(1_000);
    private long txid;

    StatisticsLoop loop(int maxRows) {
        return new StatisticsLoop(
                new MemorySink<>(ledger),
                MICRO_BATCH,
                maxRows,
                () -> helper.instant(clock),
                new BackoffRetrier(clock, pauses::add, LoopObserver.NONE),
                helper::execute,
                LoopObserver.NONE);
    }

    /** Runs commits at once, or when it is told to. */
    static final class Helper {
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        boolean isBusy;
        private boolean isRunning;
        Duration duration = Duration.ZERO;

        void execute(Runnable commit) {
            if (isBusy) {
                waiting.add(commit);
            } else {
                run(commit);
            }
        }

        void run(Runnable commit) {
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
    static Block block(int shard, long from, long to) {
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

    void process(Block... blocks) {
        loop.process(++txid, List.of(blocks));
    }

    void due() {
        clock.advance(MICRO_BATCH);
    }

    long committed(int shard) {
        return ledger.position(shard).nextOffset(TOPIC, INCARNATION);
    }

    Counts total() {
        Counts total = new Counts();
        ledger.outputs().forEach(rows -> rows.minutes().values().forEach(total::add));
        return total;
    }

    void assertCommitted(long events) {
        assertThat(total().impressions).isEqualTo(events);
        assertThat(total().spendMicros).isEqualTo(events);
    }
}
