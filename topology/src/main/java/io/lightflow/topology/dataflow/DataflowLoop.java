package io.lightflow.topology.dataflow;

import io.lightflow.event.Block;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.identity.StoreIdentity;
import io.lightflow.join.JoinStep;
import io.lightflow.join.OutputTooLargeException;
import io.lightflow.join.StepResult;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.CommitTimeoutException;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.store.StoreWrite;
import io.lightflow.topology.loop.BackoffRetrier;
import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.loop.FutureTasks;
import io.lightflow.topology.loop.LogContext;
import io.lightflow.topology.loop.LoopObserver;
import io.lightflow.topology.loop.OverlappingBlocks;
import io.lightflow.topology.loop.RetryException;
import io.lightflow.topology.loop.StopNotices;
import io.lightflow.topology.loop.StoppedException;
import io.lightflow.topology.loop.StoppedShards;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop of the topology {@code dataflow}: step, write cells, commit outputs and position. It commits a batch while
 * it steps the next one, on the assumption that the commit succeeds. If the commit fails, the loop works on both
 * batches again from the ledger.
 *
 * <p>Trident may have forgotten a batch that the ledger does not have yet. Nothing is lost: the batch behind it begins
 * above the ledger, so both are read again.
 */
public final class DataflowLoop implements BlockLoop {
    private static final Logger LOG = LoggerFactory.getLogger(DataflowLoop.class);

    private final StepFactory factory;
    private final BlockSteps steps;
    private final JoinStore store;
    private final StoreIdentity identity;
    private final Sink<List<OutputEvent>> sink;
    private final Executor helpers;
    private final StoppedShards stopped;
    private final StopNotices notices;
    private final BackoffRetrier retrier;
    /** Shards whose notices this loop has withdrawn. */
    private final Set<Integer> atWork = new HashSet<>();
    /** Positions of the open shards: what the ledger holds, or will hold after the commits in flight. */
    private final Map<Integer, Position> positions = new HashMap<>();
    /** Null if no commit is in flight. */
    private InFlight inFlight;

    private record Batch(long txid, List<Block> blocks) {}

    /** Commits that were requested. */
    private record InFlight(Batch batch, FutureTask<Void> commit, CompletableFuture<Void> ended) {}

    /**
     * @param factory creates a step for each thread; closed with this
     * @param threads maximum number of shards that are stepped at once
     * @param identity compares the store with the ledger of each shard that is opened
     * @param notices tell operators about shards that stop
     * @param helpers run their work at once or later, in any thread; the loop's own thread runs what they have not
     *     begun when it needs the result
     */
    public DataflowLoop(
            StepFactory factory,
            int threads,
            JoinStore store,
            StoreIdentity identity,
            Sink<List<OutputEvent>> sink,
            StopNotices notices,
            Executor helpers,
            InstantSource clock,
            BackoffRetrier retrier,
            LoopObserver observer) {
        this.factory = factory;
        this.steps = new BlockSteps(factory, store, helpers, threads, observer);
        this.store = store;
        this.identity = identity;
        this.notices = notices;
        this.sink = sink;
        this.helpers = helpers;
        this.stopped = new StoppedShards(clock, observer);
        this.retrier = retrier;
    }

    @Override
    public void process(long txid, List<Block> blocks) {
        if (steps.renew()) {
            forget();
        }
        Set<Integer> free = stopped.release(this::hasLedgerMoved);
        if (!free.isEmpty()) {
            positions.keySet().removeAll(free);
            throw new RetryException("shards " + free + " were stopped and are retried", null);
        }
        Map<Integer, RetryException> gaps = new TreeMap<>();
        Deque<Batch> todo = new ArrayDeque<>(List.of(new Batch(txid, blocks)));
        retrier.untilAvailable("batch " + txid, () -> {
            while (!todo.isEmpty()) {
                attempt(todo, gaps);
            }
            return null;
        });
        if (!gaps.isEmpty()) {
            throw gaps.values().iterator().next();
        }
    }

    /**
     * Works on the first batch of the queue. The ledger decides which of its blocks are new, so a batch can be worked
     * on any number of times.
     */
    private void attempt(Deque<Batch> todo, Map<Integer, RetryException> gaps) {
        Batch batch = todo.element();
        List<StoreWrite> writes = new ArrayList<>();
        List<Commit<List<OutputEvent>>> commits = new ArrayList<>();
        List<Block> unfinished = new ArrayList<>();
        int stoppedBefore = stopped.count();
        try {
            step(batch, todo, writes, commits, unfinished, gaps);
            settle(todo);
            if (stopped.count() > stoppedBefore) {
                // So that an operator can move their ledgers while the other shards go on.
                batch.blocks().stream()
                        .map(Block::shard)
                        .filter(stopped::isStopped)
                        .forEach(sink::release);
            }
            // Only now: cells carry the watermark at which they were made, and it must be a committed one.
            if (!writes.isEmpty()) {
                store.write(writes);
            }
        } catch (OutputTooLargeException e) {
            todo.remove();
            if (addHalves(batch, todo) == 1) {
                throw e;
            }
            return;
        } catch (SinkUnavailableException
                | StoreUnavailableException
                | SchemasUnavailableException
                | FencedException e) {
            forget();
            settle(todo);
            throw e;
        }
        todo.remove();
        if (!unfinished.isEmpty()) {
            todo.addFirst(new Batch(batch.txid(), unfinished));
        }
        if (!commits.isEmpty()) {
            commit(batch, commits, todo);
        }
    }

    @Override
    public void afterCommit(Runnable action) {
        if (inFlight == null) {
            action.run();
        } else {
            inFlight.ended.thenRun(action);
        }
    }

    private void step(
            Batch batch,
            Deque<Batch> todo,
            List<StoreWrite> writes,
            List<Commit<List<OutputEvent>>> commits,
            List<Block> unfinished,
            Map<Integer, RetryException> gaps) {
        open(batch.blocks().stream().filter(block -> isAtWork(block, gaps)).toList(), todo);
        List<Block> blocks =
                batch.blocks().stream().filter(block -> isAtWork(block, gaps)).toList();
        blocks.forEach(block -> OverlappingBlocks.requireKnownLeaders(positions.get(block.shard()), block));
        for (BlockSteps.Outcome outcome : steps.run(batch.txid(), blocks, positions)) {
            int shard = outcome.block().shard();
            if (outcome.gap() == null) {
                stopped.contiguous(shard);
                take(outcome.block(), outcome.result(), writes, commits);
                if (outcome.result().hasMoreTimers()) {
                    unfinished.add(outcome.block());
                }
            } else {
                stopped.gap(shard, outcome.gap()).ifPresent(retry -> {
                    gaps.put(shard, retry);
                    positions.remove(shard);
                });
            }
        }
    }

    private boolean isAtWork(Block block, Map<Integer, RetryException> gaps) {
        return !stopped.isStopped(block.shard()) && !gaps.containsKey(block.shard());
    }

    private void take(
            Block block, StepResult result, List<StoreWrite> writes, List<Commit<List<OutputEvent>>> commits) {
        int shard = block.shard();
        Position position = positions.get(shard);
        boolean nothingNew = result.position().topics().equals(position.topics())
                && result.position().watermark() == position.watermark()
                && result.position().join().equals(position.join());
        if (!nothingNew) {
            StoreIdentity.MarkedWrite marked = identity.mark(result.write(shard), position.store(), block.readMs());
            if (!marked.write().isEmpty()) {
                writes.add(marked.write());
            }
            Position next = result.position().with(marked.version());
            commits.add(new Commit<>(List.of(new ShardMove(shard, position, next)), result.outputs()));
        }
    }

    /** Opens shards. A shard whose store is not the ledger's stops; of the others, this attempt takes over. */
    private void open(List<Block> blocks, Deque<Batch> todo) {
        List<Integer> closed = blocks.stream()
                .map(Block::shard)
                .filter(shard -> !positions.containsKey(shard))
                .distinct()
                .toList();
        if (closed.isEmpty()) {
            return;
        }
        settle(todo);
        Map<Integer, Position> opened = sink.open(closed);
        Map<Integer, String> mismatches = identity.mismatches(opened);
        mismatches.forEach((shard, reason) -> {
            positions.put(shard, opened.get(shard));
            stopped.stop(shard, reason);
            notices.stopped(shard, reason);
            atWork.remove(shard);
        });
        Map<Integer, Position> taken = new TreeMap<>(opened);
        taken.keySet().removeAll(mismatches.keySet());
        takeOver(taken);
        taken.keySet().stream().filter(atWork::add).forEach(notices::works);
    }

    /** Commits the number of this attempt for each shard, before it writes a cell. */
    private void takeOver(Map<Integer, Position> opened) {
        if (opened.isEmpty()) {
            return;
        }
        List<Commit<List<OutputEvent>>> takeovers = new ArrayList<>(opened.size());
        opened.replaceAll((shard, committed) -> {
            Position next = JoinStep.takeOver(committed);
            takeovers.add(new Commit<>(List.of(new ShardMove(shard, committed, next)), List.of()));
            return next;
        });
        sink.commit(takeovers);
        awaitTakeovers(opened);
        positions.putAll(opened);
    }

    /** If a takeover were forgotten, the next attempt would have the same number, and its cells would collide. */
    private void awaitTakeovers(Map<Integer, Position> taken) {
        sink.awaitVisible(taken);
    }

    private void commit(Batch batch, List<Commit<List<OutputEvent>>> commits, Deque<Batch> todo) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        FutureTask<Void> commit = new FutureTask<>(
                () -> {
                    try {
                        sink.commit(commits);
                    } finally {
                        ended.complete(null);
                    }
                },
                null);
        inFlight = new InFlight(batch, commit, ended);
        for (Commit<List<OutputEvent>> made : commits) {
            for (ShardMove move : made.moves()) {
                positions.put(move.shard(), move.next());
            }
        }
        helpers.execute(LogContext.carried(commit));
        if (commit.isDone()) {
            settle(todo);
        }
    }

    /**
     * Waits for the commits in flight. If they fail, their batch becomes the first of the queue, in halves if it may
     * have been too large.
     *
     * @throws StoppedException if the thread is interrupted
     */
    private void settle(Deque<Batch> todo) {
        if (inFlight == null) {
            return;
        }
        InFlight asked = inFlight;
        try {
            FutureTasks.get(asked.commit);
            inFlight = null;
        } catch (CommitTimeoutException e) {
            inFlight = null;
            forget();
            addHalves(asked.batch, todo);
            throw e;
        } catch (SinkUnavailableException | FencedException e) {
            inFlight = null;
            forget();
            todo.addFirst(asked.batch);
            throw e;
        }
    }

    /** Puts a batch in front of the queue, in two if it can be halved. Returns the number of its parts. */
    private static int addHalves(Batch batch, Deque<Batch> todo) {
        List<Batch> halves = halves(batch);
        halves.subList(1, halves.size()).forEach(todo::addFirst);
        todo.addFirst(halves.get(0));
        return halves.size();
    }

    /** The batch in two, or as it is if none of its blocks can be halved. */
    private static List<Batch> halves(Batch batch) {
        List<Block> first = new ArrayList<>();
        List<Block> rest = new ArrayList<>();
        for (Block block : batch.blocks()) {
            List<Block> halves = block.halves();
            first.add(halves.get(0));
            rest.addAll(halves.subList(1, halves.size()));
        }
        return rest.isEmpty() ? List.of(batch) : List.of(new Batch(batch.txid(), first), new Batch(batch.txid(), rest));
    }

    /** Whether an operator has accepted the gap that stopped a shard. */
    private boolean hasLedgerMoved(int shard) {
        try {
            return !sink.read(shard).equals(positions.get(shard));
        } catch (SinkUnavailableException e) {
            // A stopped shard can wait; the next look comes soon.
            return false;
        }
    }

    /**
     * Forgets all positions, so that their shards are opened by a new attempt. A stopped shard does not work, so it is
     * where it was.
     */
    private void forget() {
        positions.keySet().removeIf(shard -> !stopped.isStopped(shard));
    }

    @Override
    public void close() {
        try {
            settle(new ArrayDeque<>());
        } catch (SinkUnavailableException | FencedException e) {
            LOG.warn("The last batch was not committed, and is read again from the ledger: {}", e.getMessage());
        } finally {
            sink.close();
            store.close();
            factory.close();
            notices.close();
        }
    }
}
