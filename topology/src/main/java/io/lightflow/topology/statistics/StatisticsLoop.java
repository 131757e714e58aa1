package io.lightflow.topology.statistics;

import io.lightflow.event.Block;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsStep;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.loop.OverlappingBlocks;
import io.lightflow.topology.loop.RetryException;
import io.lightflow.topology.loop.StoppedShards;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The loop of the topology {@code stats-counter}. It sums blocks in memory, and commits rows and positions together
 * once per micro-batch, or when nothing has come for a second. Until then the ledger stays where it was, so whatever is
 * lost with the memory is read again. While the sink is unavailable the loop keeps its sums: they hold many batches
 * that Trident no longer knows.
 */
public final class StatisticsLoop implements BlockLoop {
    /** A longer wait would add no rows. */
    private static final long QUIET_MS = 1_000;

    private final Sink<Statistics> sink;
    private final Duration microBatch;
    private final int maxRows;
    private final InstantSource clock;
    private final StoppedShards stopped;
    private final BackoffRetrier retrier;

    /** The committed position of each open shard. */
    private final Map<Integer, Position> committed = new TreeMap<>();
    /** How far each open shard has been summed into {@link #rows}. */
    private final Map<Integer, Position> summed = new TreeMap<>();

    private Statistics rows = new Statistics();
    /** Whether a step failed since the last commit. Each block is then tried before it is added to the sums. */
    private boolean isolating;

    private long lastCommitMs;
    private long lastNewsMs;

    public StatisticsLoop(
            Sink<Statistics> sink, Duration microBatch, int maxRows, InstantSource clock, BackoffRetrier retrier) {
        this.sink = sink;
        this.microBatch = microBatch;
        this.maxRows = maxRows;
        this.clock = clock;
        this.stopped = new StoppedShards(clock);
        this.retrier = retrier;
        this.lastCommitMs = clock.millis();
        this.lastNewsMs = lastCommitMs;
    }

    @Override
    public void process(long txid, List<Block> blocks) {
        Set<Integer> free = stopped.release(this::hasLedgerMoved);
        if (!free.isEmpty()) {
            summed.keySet().removeAll(free);
            committed.keySet().removeAll(free);
            throw new RetryException("shards " + free + " were stopped by a gap and are retried", null);
        }
        List<RetryException> gaps = new ArrayList<>();
        int stoppedBefore = stopped.count();
        try {
            for (Block block : blocks) {
                if (!stopped.isStopped(block.shard())) {
                    sum(txid, block).ifPresent(gaps::add);
                }
            }
            long now = clock.millis();
            if (blocks.stream().anyMatch(block -> block.size() > 0)) {
                lastNewsMs = now;
            }
            // A stopped shard leaves nothing uncommitted, so that an operator can move its ledger.
            boolean due = now - lastCommitMs >= microBatch.toMillis()
                    || now - lastNewsMs >= QUIET_MS && !rows.isEmpty()
                    || rows.size() >= maxRows
                    || stopped.count() > stoppedBefore;
            if (due) {
                commit();
            }
        } catch (RetryException | FencedException e) {
            forget();
            throw e;
        } catch (StepFailure e) {
            // The sums hold a part of the block. So they are read again, with an eye on each record.
            forget();
            isolating = true;
            throw new RetryException("a record cannot be counted, and is set aside: " + e.getCause(), e.getCause());
        }
        if (!gaps.isEmpty()) {
            throw gaps.get(0);
        }
    }

    /** A step failed on a record. */
    private static final class StepFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StepFailure(RuntimeException cause) {
            super(cause);
        }
    }

    private Optional<RetryException> sum(long txid, Block block) {
        int shard = block.shard();
        Position position = summed.get(shard);
        if (position == null) {
            position = retrier.untilAvailable("counting shard " + shard, () -> sink.open(shard));
            committed.put(shard, position);
            summed.put(shard, position);
        }
        OverlappingBlocks.requireKnownLeaders(position, block);
        try {
            Block countable = isolating ? CountableBlocks.of(position, block, txid) : block;
            summed.put(shard, StatisticsStep.run(position, countable, txid, rows));
            stopped.contiguous(shard);
            return Optional.empty();
        } catch (GapException e) {
            return stopped.gap(shard, e);
        } catch (RuntimeException e) {
            if (isolating) {
                throw e;
            }
            throw new StepFailure(e);
        }
    }

    /** Whether an operator has accepted the gap that stopped a shard. */
    private boolean hasLedgerMoved(int shard) {
        try {
            return !sink.read(shard).equals(committed.get(shard));
        } catch (SinkUnavailableException e) {
            // A stopped shard can wait; the next look comes soon.
            return false;
        }
    }

    private void commit() {
        lastCommitMs = clock.millis();
        List<ShardMove> moves = new ArrayList<>(summed.size());
        summed.forEach((shard, next) -> {
            if (!next.topics().equals(committed.get(shard).topics())) {
                moves.add(new ShardMove(shard, committed.get(shard), next));
            }
        });
        if (moves.isEmpty()) {
            return;
        }
        List<Commit<Statistics>> commits = List.of(new Commit<>(moves, rows));
        AtomicBoolean inDoubt = new AtomicBoolean();
        retrier.untilAvailable("committing the statistics of " + moves.size() + " shards", () -> {
            if (!inDoubt.getAndSet(true) || !isCommitted(moves)) {
                sink.commit(commits);
            }
            return null;
        });
        moves.forEach(move -> committed.put(move.shard(), move.next()));
        rows = new Statistics();
        isolating = false;
    }

    /**
     * Opens the shards of a commit whose outcome is unknown, and learns the outcome from their ledger.
     *
     * @throws RetryException if a shard is neither where the commit began nor where it ended: another topology has
     *     worked on it
     */
    private boolean isCommitted(List<ShardMove> moves) {
        int made = 0;
        for (ShardMove move : moves) {
            Position found = sink.open(move.shard());
            if (found.equals(move.next())) {
                made++;
            } else if (!found.equals(move.expected())) {
                throw new RetryException(
                        "shard " + move.shard() + " was expected at " + PositionCodec.encode(move.expected())
                                + " or at " + PositionCodec.encode(move.next()) + ", found at "
                                + PositionCodec.encode(found),
                        null);
            }
        }
        if (made != 0 && made != moves.size()) {
            throw new IllegalStateException("one commit covers " + made + " of its " + moves.size() + " shards");
        }
        return made != 0;
    }

    /** Discards what was summed and not committed; it is read again from the ledger. */
    private void forget() {
        rows = new Statistics();
        summed.clear();
        committed.clear();
    }

    @Override
    public void close() {
        sink.close();
    }
}
