package io.lightflow.topology.dataflow;

import io.lightflow.event.Block;
import io.lightflow.event.LightEvent;
import io.lightflow.join.JoinStep;
import io.lightflow.join.RecordIsolator;
import io.lightflow.join.StepResult;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import io.lightflow.store.JoinStore;
import io.lightflow.topology.loop.FutureTasks;
import io.lightflow.topology.loop.LogContext;
import io.lightflow.topology.loop.LoopObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps the blocks of a batch, several at once: shards have no rows in common. The calling thread steps what no helper
 * has begun, so it never waits for a helper that does not start. One batch at a time.
 */
final class BlockSteps {
    private static final Logger LOG = LoggerFactory.getLogger(BlockSteps.class);

    private final StepFactory factory;
    private ThreadLocal<JoinStep> steps;
    private final JoinStore store;
    private final Executor helpers;
    private final int threads;
    private final LoopObserver observer;

    /** The outcome of a block: a result, or a gap in front of it. */
    record Outcome(Block block, StepResult result, GapException gap) {}

    /** @param threads maximum number of blocks that are stepped at once */
    BlockSteps(StepFactory factory, JoinStore store, Executor helpers, int threads, LoopObserver observer) {
        this.factory = factory;
        this.steps = ThreadLocal.withInitial(factory::newStep);
        this.store = store;
        this.helpers = helpers;
        this.threads = threads;
        this.observer = observer;
    }

    /** Whether there is newer data, which the next batch is stepped with. It must begin a new attempt. */
    boolean renew() {
        boolean newer = factory.renew();
        if (newer) {
            steps = ThreadLocal.withInitial(factory::newStep);
        }
        return newer;
    }

    /**
     * Steps all blocks, in any order.
     *
     * @param positions of their shards
     * @return the outcome of each, in the order of the blocks
     * @throws io.lightflow.store.StoreUnavailableException if the store is unavailable
     * @throws io.lightflow.topology.loop.StoppedException if the thread is interrupted
     */
    List<Outcome> run(long txid, List<Block> blocks, Map<Integer, Position> positions) {
        List<FutureTask<Outcome>> tasks = blocks.stream()
                .map(block -> task(txid, block, positions.get(block.shard())))
                .toList();
        for (int helper = 1; helper < Math.min(threads, tasks.size()); helper++) {
            helpers.execute(LogContext.carried(() -> tasks.forEach(FutureTask::run)));
        }
        tasks.forEach(FutureTask::run);
        List<Outcome> outcomes = new ArrayList<>(tasks.size());
        tasks.forEach(task -> outcomes.add(FutureTasks.get(task)));
        return outcomes;
    }

    private static void report(Block block, int count, LightEvent first, RuntimeException failure) {
        LOG.error(
                "Setting aside {} events of shard {} on which the join fails, the first one a {} at offset {}",
                count,
                block.shard(),
                first.type(),
                first.offset(),
                failure);
    }

    private FutureTask<Outcome> task(long txid, Block block, Position position) {
        return new FutureTask<>(() -> LogContext.inShard(block.shard(), () -> step(txid, block, position)));
    }

    private Outcome step(long txid, Block block, Position position) {
        long begunNanos = System.nanoTime();
        try {
            StepResult result = RecordIsolator.run(
                    steps.get(),
                    store,
                    position,
                    block,
                    txid,
                    (count, first, failure) -> report(block, count, first, failure));
            observer.stepped(block.size(), System.nanoTime() - begunNanos);
            return new Outcome(block, result, null);
        } catch (GapException e) {
            return new Outcome(block, null, e);
        }
    }
}
