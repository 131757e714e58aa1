package io.lightflow.topology.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.commit.NewFiles;
import io.lightflow.archive.table.ArchiveRecord;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.event.Block;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.EventType;
import io.lightflow.position.Position;
import io.lightflow.sink.MemorySink;
import io.lightflow.topology.ManualClock;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.LoopObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * The times at which the loop commits or waits. An overloaded host must not get more work, and no batch may take long.
 */
class ArchiveLoopTest {
    private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);
    private static final long MAX_BYTES = 100_000;
    private static final byte[] KEY = {'k'};

    private final ManualClock clock = new ManualClock();
    private final MemorySink.Store<NewFiles> committed = new MemorySink.Store<>();
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private Duration commitTime = Duration.ZERO;
    private long offset;

    private ArchiveLoop loop(Executor helper) {
        TableLoop.TableWork work = new TableLoop.TableWork() {
            @Override
            public String name() {
                return "us.impressions";
            }

            @Override
            public NewFiles write(List<Records> records) {
                clock.advance(commitTime);
                return new NewFiles(List.of(), clock.millis());
            }

            @Override
            public void committed() {
                // No upkeep.
            }
        };
        BackoffRetrier retrier = new BackoffRetrier(clock, clock::advance, LoopObserver.NONE);
        TableLoop table = new TableLoop(work, new MemorySink<>(committed), clock, retrier, helper, LoopObserver.NONE);
        return new ArchiveLoop(
                Map.of("us-west.impressions", ArchiveTable.IMPRESSIONS),
                Map.of(ArchiveTable.IMPRESSIONS, table),
                COMMIT_INTERVAL,
                MAX_BYTES,
                new AtomicLong(Position.NO_TIME),
                clock);
    }

    private void batch(ArchiveLoop loop, int valueBytes) {
        List<BlockEntry> entries = List.of(new ArchiveRecord(offset, 0, KEY, new byte[valueBytes], null));
        BlockPart part =
                new BlockPart("us-west.impressions", EventType.IMPRESSION, 7, offset, offset + 1, false, entries);
        loop.process(offset++, List.of(new Block(0, List.of(part), 0)));
    }

    private int commits() {
        return committed.outputs().size();
    }

    private int commitsWithin(Duration time, ArchiveLoop loop) {
        int before = commits();
        long end = clock.millis() + time.toMillis();
        while (clock.millis() < end) {
            clock.advance(Duration.ofMillis(100));
            batch(loop, 10);
        }
        return commits() - before;
    }

    @Test
    void quickCommitsFollowEachOtherInTheCommitInterval() {
        assertThat(commitsWithin(Duration.ofMinutes(1), loop(Runnable::run))).isEqualTo(60);
    }

    @Test
    void slowCommitsTakeAtMostAQuarterOfTheTime() {
        commitTime = Duration.ofSeconds(2);

        assertThat(commitsWithin(Duration.ofMinutes(2), loop(Runnable::run))).isBetween(10, 16);
    }

    @Test
    void verySlowCommitsStillFollowEachOtherWithinHalfAMinute() {
        commitTime = Duration.ofSeconds(20);

        assertThat(commitsWithin(Duration.ofMinutes(10), loop(Runnable::run))).isBetween(18, 21);
    }

    @Test
    void aBatchDoesNotWaitForACommitInFlight() {
        ArchiveLoop loop = loop(waiting::add);
        batch(loop, 10);
        clock.advance(COMMIT_INTERVAL);
        batch(loop, 10);
        assertThat(waiting).hasSize(1);

        clock.advance(COMMIT_INTERVAL.multipliedBy(10));
        batch(loop, 10);
        assertThat(commits()).isZero();

        List<Runnable> begun = new ArrayList<>(waiting);
        waiting.clear();
        begun.forEach(Runnable::run);
        batch(loop, 10);
        assertThat(commits()).isEqualTo(1);
        assertThat(waiting).hasSize(1);
    }

    @Test
    void aBatchWaitsIfTheMemoryIsFull() {
        ArchiveLoop loop = loop(waiting::add);
        batch(loop, (int) MAX_BYTES);
        assertThat(commits()).isZero();

        batch(loop, (int) MAX_BYTES);
        assertThat(commits()).isEqualTo(1);
    }
}
