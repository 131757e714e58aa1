package io.lightflow.topology.trident;

import io.lightflow.topology.BlockLoop;
import io.lightflow.topology.RetryException;
import java.util.List;
import org.apache.storm.topology.ReportedFailedException;
import org.apache.storm.trident.operation.TridentCollector;
import org.apache.storm.trident.operation.TridentOperationContext;
import org.apache.storm.trident.state.State;
import org.apache.storm.trident.state.StateUpdater;
import org.apache.storm.trident.tuple.TridentTuple;

/** Carries a loop as Trident state. The loop's sink commits by itself; Trident's begin and commit only tell the txid. */
final class LoopState implements State {
    private final BlockLoop loop;
    private long txid;

    LoopState(BlockLoop loop) {
        this.loop = loop;
    }

    @Override
    public void beginCommit(Long newTxid) {
        txid = newTxid;
    }

    @Override
    public void commit(Long committedTxid) {
        // The sink has committed, outputs and position in one step.
    }

    /** Hands the blocks of a batch to the loop. */
    static final class Updater implements StateUpdater<LoopState> {
        private static final long serialVersionUID = 1L;

        private transient BlockLoop loop;

        @Override
        public void updateState(LoopState state, List<TridentTuple> tuples, TridentCollector collector) {
            loop = state.loop;
            for (TridentTuple tuple : tuples) {
                Blocks blocks = (Blocks) tuple.getValue(0);
                try {
                    state.loop.process(state.txid, blocks.blocks());
                } catch (RetryException e) {
                    throw new ReportedFailedException(e.getMessage(), e);
                }
            }
        }

        @Override
        public void prepare(java.util.Map<String, Object> conf, TridentOperationContext context) {
            // Nothing to prepare: the state has it all.
        }

        @Override
        public void cleanup() {
            if (loop != null) {
                loop.close();
            }
        }
    }
}
