package io.lightflow.topology.archive;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import io.lightflow.position.Position;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.loop.RetryException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The loop of the topology {@code archive}. Each topic belongs to one table, and each table has its own ledger. So the
 * tables move independently, and a failure of one leaves the others as they are.
 *
 * <p>A commit costs about the same for one record as for ten thousand. So commits follow the host: if they take long,
 * they become rarer and larger, and at most a quarter of the time is spent on them. A batch waits for a commit only if
 * the records in memory have reached their bound.
 */
final class ArchiveLoop implements BlockLoop {
    /** A table without new records only moves its ledger; that is rarely worth a snapshot. */
    private static final Duration IDLE_COMMIT_INTERVAL = Duration.ofMinutes(10);

    /** All tables' commits, one after the other, may take this part of the time until the next ones. */
    private static final int COMMITS_PER_PACE = 4;
    /** Slow commits delay the next ones up to this interval, so that records stay visible within a minute. */
    private static final Duration MAX_PACE = Duration.ofSeconds(30);

    private final Map<String, ArchiveTable> tableOfTopic;
    private final Map<ArchiveTable, TableLoop> loops;
    private final Duration commitInterval;
    private final long maxBytes;
    private final AtomicLong closedMs;
    private final InstantSource clock;
    private final Map<ArchiveTable, Long> committedMs = new EnumMap<>(ArchiveTable.class);

    /**
     * @param maxBytes bytes of records in memory that cause a commit at once
     * @param closedMs set to the event time up to which the join has decided everything
     */
    ArchiveLoop(
            Map<String, ArchiveTable> tableOfTopic,
            Map<ArchiveTable, TableLoop> loops,
            Duration commitInterval,
            long maxBytes,
            AtomicLong closedMs,
            InstantSource clock) {
        this.tableOfTopic = Map.copyOf(tableOfTopic);
        this.loops = new EnumMap<>(loops);
        this.commitInterval = commitInterval;
        this.maxBytes = maxBytes;
        this.closedMs = closedMs;
        this.clock = clock;
        loops.keySet().forEach(table -> committedMs.put(table, clock.millis()));
    }

    @Override
    public void process(long txid, List<Block> blocks) {
        List<RetryException> retries = new ArrayList<>();
        loops.forEach((table, loop) -> {
            try {
                loop.take(txid, only(table, blocks)).ifPresent(retries::add);
            } catch (RetryException e) {
                loop.forget();
                retries.add(e);
            }
        });
        boolean isFull = loops.values().stream().mapToLong(TableLoop::bytes).sum() >= maxBytes;
        loops.forEach((table, loop) -> {
            try {
                commitIfDue(table, loop, isFull);
            } catch (RetryException e) {
                retries.add(e);
            }
        });
        closedMs.set(watermark());
        if (!retries.isEmpty()) {
            RetryException first = retries.get(0);
            retries.subList(1, retries.size()).forEach(first::addSuppressed);
            throw first;
        }
    }

    private void commitIfDue(ArchiveTable table, TableLoop loop, boolean isFull) {
        long now = clock.millis();
        if (isDue(loop, now - committedMs.get(table), isFull)) {
            committedMs.put(table, now);
            loop.commit();
        }
    }

    private boolean isDue(TableLoop loop, long sinceMs, boolean isFull) {
        if (loop.bytes() == 0) {
            return sinceMs >= IDLE_COMMIT_INTERVAL.toMillis() && !loop.isCommitting() && loop.hasNews();
        }
        return isFull || sinceMs >= intervalMs() && !loop.isCommitting();
    }

    private long intervalMs() {
        long durationMs =
                loops.values().stream().mapToLong(TableLoop::commitDurationMs).sum();
        return Math.max(commitInterval.toMillis(), Math.min(COMMITS_PER_PACE * durationMs, MAX_PACE.toMillis()));
    }

    private List<Block> only(ArchiveTable table, List<Block> blocks) {
        List<Block> own = new ArrayList<>(blocks.size());
        for (Block block : blocks) {
            List<BlockPart> parts = block.parts().stream()
                    .filter(part -> tableOfTopic.get(part.topic()) == table)
                    .toList();
            if (!parts.isEmpty()) {
                own.add(new Block(block.shard(), parts, block.readMs()));
            }
        }
        return own;
    }

    /** The join sends beacons to the topics of joined impressions, with its watermark. */
    private long watermark() {
        TableLoop joined = loops.get(ArchiveTable.JOINED_IMPRESSIONS);
        return joined == null ? Position.NO_TIME : joined.watermark();
    }

    @Override
    public void close() {
        loops.values().forEach(TableLoop::close);
    }
}
