package io.lightflow.topology.trident;

import io.lightflow.topology.loop.BlockLoop;
import io.lightflow.topology.loop.LogContext;
import io.lightflow.topology.loop.RetryException;
import io.lightflow.topology.metrics.TaskMetrics;
import io.lightflow.topology.metrics.WorkerMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.storm.topology.ReportedFailedException;
import org.apache.storm.trident.operation.TridentCollector;
import org.apache.storm.trident.operation.TridentOperationContext;
import org.apache.storm.trident.state.State;
import org.apache.storm.trident.state.StateUpdater;
import org.apache.storm.trident.tuple.TridentTuple;

/**
 * Carries a loop as Trident state. The loop's sink commits by itself; Trident's begin and commit only provide the txid.
 */
final class LoopState implements State {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final Supplier<OpenLoop> factory;
    private final GuardedCloser closer = new GuardedCloser("a task's loop", this::closeLoop, CLOSE_TIMEOUT);
    /** Created for the first batch: Storm does not report the end of a topology that never had one. */
    private OpenLoop open;

    private long txid;

    /** A loop and what it reports to. */
    record OpenLoop(String group, String topology, BlockLoop loop, TaskMetrics metrics, WorkerMetrics worker)
            implements AutoCloseable {
        @Override
        public void close() {
            try {
                loop.close();
            } finally {
                metrics.close();
                worker.close();
            }
        }
    }

    LoopState(Supplier<OpenLoop> factory) {
        this.factory = factory;
    }

    private void process(Blocks blocks) {
        if (open == null) {
            open = factory.get();
        }
        LogContext.inBatch(open.group(), open.topology(), txid, () -> processOpen(blocks));
    }

    private void processOpen(Blocks blocks) {
        boolean done = false;
        blocks.end().begin();
        try {
            open.loop().process(txid, blocks.blocks());
            open.loop().afterCommit(blocks.end()::come);
            done = true;
        } catch (RetryException e) {
            open.metrics().replayed();
            throw e;
        } finally {
            if (!done) {
                blocks.end().come();
            }
        }
    }

    private void closeLoop() {
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void beginCommit(Long newTxid) {
        txid = newTxid;
    }

    @Override
    public void commit(Long committedTxid) {
        // The sink has committed outputs and position in one step.
    }

    /** Hands the blocks of a batch to the loop. */
    static final class Updater implements StateUpdater<LoopState> {
        private static final long serialVersionUID = 1L;

        /** Closes the state that this updater served; Storm reports the end only here. */
        private transient volatile GuardedCloser closer;

        @Override
        public void updateState(LoopState state, List<TridentTuple> tuples, TridentCollector collector) {
            closer = state.closer;
            for (TridentTuple tuple : tuples) {
                Blocks blocks = (Blocks) tuple.getValue(0);
                try {
                    state.closer.work(() -> state.process(blocks));
                } catch (RetryException e) {
                    throw new ReportedFailedException(e.getMessage(), e);
                }
            }
        }

        @Override
        public void prepare(Map<String, Object> conf, TridentOperationContext context) {
            // The state needs no preparation.
        }

        @Override
        public void cleanup() {
            if (closer != null) {
                closer.close();
            }
        }
    }
}
