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
import io.lightflow.topology.loop.FutureTasks;
import io.lightflow.topology.loop.LogContext;
import io.lightflow.topology.loop.LoopObserver;
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
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of the topology {@code stats-counter}. It sums blocks in memory, and commits rows and positions together.
 * Until then the ledger stays where it was, so whatever is lost with the memory is read again. While the sink is
 * unavailable the loop keeps its sums: they hold many batches that Trident no longer knows.
 *
 * <p>Another thread makes the commit while the loop sums the blocks behind it, from the positions that the commit will
 * leave. The loop begins the next commit only when this one is known to be made. Commits follow the load: they take at
 * most a fifth of the time, and follow each other within a micro-batch.
 */
public final class StatisticsLoop implements BlockLoop {
    /** Each commit has a cost, however few rows it has. If nothing has come for so long, a wait adds no rows. */
    private static final long MIN_PACE_MS = 400;

    /** A commit may take this part of the time until the next one. */
    private static final int COMMITS_PER_PACE = 5;

    private static final Logger LOG = LoggerFactory.getLogger(StatisticsLoop.class);

    private final Sink<Statistics> sink;
    private final Duration microBatch;
    private final int maxRows;
    private final InstantSource clock;
    private final StoppedShards stopped;
    private final BackoffRetrier retrier;
    private final Executor helper;
    private final LoopObserver observer;

    /** The position of each open shard that the ledger holds, or will hold after the commit in flight. */
    private final Map<Integer, Position> committed = new TreeMap<>();
    /** How far each open shard has been summed into {@link #rows}. */
    private final Map<Integer, Position> summed = new TreeMap<>();

    private Statistics rows = new Statistics();
    /** Whether a step failed since the last commit. Each block is then tried before it is added to the sums. */
    private boolean isolating;

    /** Null if no commit is in flight. */
    private InFlight inFlight;

    /** When the last commit was begun. */
    private long lastCommitMs;
    /** How long the last commit took. */
    private long commitDurationMs;

    private long lastNewsMs;

    /** A commit that was requested; its task returns how long it took, in ms. */
    private record InFlight(List<Commit<Statistics>> commits, FutureTask<Long> task) {
        List<ShardMove> moves() {
            return commits.get(0).moves();
        }
    }

    /**
     * @param microBatch the longest time between two commits, if there is something to commit
     * @param maxRows number of minute rows that causes a commit at once
     * @param helper runs a commit at once or later, in any thread; the loop's own thread runs what the helper has not
     *     begun when it needs the result
     */
    public StatisticsLoop(
            Sink<Statistics> sink,
            Duration microBatch,
            int maxRows,
            InstantSource clock,
            BackoffRetrier retrier,
            Executor helper,
            LoopObserver observer) {
        this.helper = helper;
        this.observer = observer;
        this.sink = sink;
        this.microBatch = microBatch;
        this.maxRows = maxRows;
        this.clock = clock;
        this.stopped = new StoppedShards(clock, observer);
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
            if (isCommitDone()) {
                settle();
            }
            for (Block block : blocks) {
                if (!stopped.isStopped(block.shard())) {
                    sum(txid, block).ifPresent(gaps::add);
                }
            }
            if (blocks.stream().anyMatch(block -> block.size() > 0)) {
                lastNewsMs = clock.millis();
            }
            // A stopped shard leaves nothing uncommitted, so that an operator can move its ledger.
            boolean hasStopped = stopped.count() > stoppedBefore;
            if (hasStopped || isDue()) {
                commit();
            }
            if (hasStopped) {
                settle();
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

    private boolean isDue() {
        long now = clock.millis();
        long sinceMs = now - lastCommitMs;
        if (sinceMs >= microBatch.toMillis() || rows.size() >= maxRows) {
            return true;
        }
        if (rows.isEmpty() || inFlight != null) {
            return false;
        }
        return sinceMs >= Math.max(MIN_PACE_MS, COMMITS_PER_PACE * commitDurationMs) || now - lastNewsMs >= MIN_PACE_MS;
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
            settle();
            position = retrier.untilAvailable("counting shard " + shard, () -> sink.open(shard));
            committed.put(shard, position);
            summed.put(shard, position);
        }
        OverlappingBlocks.requireKnownLeaders(position, block);
        long begunNanos = System.nanoTime();
        try {
            Block countable = isolating ? CountableBlocks.of(position, block, txid) : block;
            summed.put(shard, StatisticsStep.run(position, countable, txid, rows));
            stopped.contiguous(shard);
            observer.stepped(block.size(), System.nanoTime() - begunNanos);
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
        awaitCommit();
        try {
            return !sink.read(shard).equals(committed.get(shard));
        } catch (SinkUnavailableException e) {
            // A stopped shard can wait; the next look comes soon.
            return false;
        }
    }

    /** Requests a commit of all sums, after the one in flight. */
    private void commit() {
        settle();
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
        inFlight = new InFlight(commits, new FutureTask<>(() -> {
            long begunMs = clock.millis();
            sink.commit(commits);
            return clock.millis() - begunMs;
        }));
        moves.forEach(move -> committed.put(move.shard(), move.next()));
        rows = new Statistics();
        isolating = false;
        helper.execute(LogContext.carried(inFlight.task));
        if (isCommitDone()) {
            settle();
        }
    }

    private boolean isCommitDone() {
        return inFlight != null && inFlight.task.isDone();
    }

    /** Waits for the commit in flight. If it failed, it is made again. */
    private void settle() {
        if (inFlight == null) {
            return;
        }
        InFlight asked = inFlight;
        inFlight = null;
        boolean done = false;
        try {
            commitDurationMs = makeSure(asked);
            done = true;
        } finally {
            if (!done) {
                forget();
            }
        }
    }

    private long makeSure(InFlight asked) {
        AtomicBoolean inDoubt = new AtomicBoolean();
        return retrier.untilAvailable(
                "committing the statistics of " + asked.moves().size() + " shards", () -> {
                    if (!inDoubt.getAndSet(true)) {
                        return FutureTasks.get(asked.task);
                    }
                    if (!isCommitted(asked.moves())) {
                        sink.commit(asked.commits);
                    }
                    return 0L;
                });
    }

    /** Waits until no other thread uses the sink; {@link #settle} learns the outcome. */
    private void awaitCommit() {
        if (inFlight != null) {
            try {
                FutureTasks.get(inFlight.task);
            } catch (SinkUnavailableException | FencedException e) {
                LOG.debug("The commit in flight failed, and is looked at later", e);
            }
        }
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
        awaitCommit();
        inFlight = null;
        rows = new Statistics();
        summed.clear();
        committed.clear();
    }

    @Override
    public void close() {
        try {
            awaitCommit();
        } finally {
            sink.close();
        }
    }
}
