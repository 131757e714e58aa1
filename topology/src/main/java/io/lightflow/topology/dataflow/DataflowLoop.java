package io.lightflow.topology.dataflow;

import io.lightflow.event.Block;
import io.lightflow.event.OutputEvent;
import io.lightflow.join.JoinStep;
import io.lightflow.join.StepResult;
import io.lightflow.position.GapException;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.FencedException;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.topology.BlockLoop;
import io.lightflow.topology.Patience;
import io.lightflow.topology.RetryException;
import io.lightflow.topology.StoppedShards;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The loop of the topology {@code dataflow}: step, write cells, commit outputs and position. */
public final class DataflowLoop implements BlockLoop {
    private final JoinStep step;
    private final JoinStore store;
    private final Sink<List<OutputEvent>> sink;
    private final StoppedShards stopped;
    private final Patience patience;
    /** Of the shards that are open; what the ledger holds. */
    private final Map<Integer, Position> positions = new HashMap<>();

    public DataflowLoop(
            JoinStep step, JoinStore store, Sink<List<OutputEvent>> sink, InstantSource clock, Patience patience) {
        this.step = step;
        this.store = store;
        this.sink = sink;
        this.stopped = new StoppedShards(clock);
        this.patience = patience;
    }

    @Override
    public void process(long txid, List<Block> blocks) {
        Set<Integer> free = stopped.release(this::hasLedgerMoved);
        if (!free.isEmpty()) {
            positions.keySet().removeAll(free);
            throw new RetryException("shards " + free + " were stopped by a gap and are tried again", null);
        }
        Map<Integer, RetryException> gaps = new TreeMap<>();
        patience.untilAvailable("batch " + txid, () -> {
            attempt(txid, blocks, gaps);
            return null;
        });
        if (!gaps.isEmpty()) {
            throw gaps.values().iterator().next();
        }
    }

    /** The ledger decides what of the blocks is new, so they can be worked on as often as need be. */
    private void attempt(long txid, List<Block> blocks, Map<Integer, RetryException> gaps) {
        List<NewCell> cells = new ArrayList<>();
        List<Commit<List<OutputEvent>>> commits = new ArrayList<>(blocks.size());
        try {
            for (Block block : blocks) {
                int shard = block.shard();
                if (!stopped.isStopped(shard) && !gaps.containsKey(shard)) {
                    step(txid, block, cells, commits).ifPresent(gap -> gaps.put(shard, gap));
                }
            }
            if (!cells.isEmpty()) {
                store.write(cells);
            }
            if (!commits.isEmpty()) {
                sink.commit(commits);
            }
        } catch (SinkUnavailableException | StoreUnavailableException | FencedException e) {
            forget(blocks);
            throw e;
        }
        for (Commit<List<OutputEvent>> commit : commits) {
            for (ShardMove move : commit.moves()) {
                positions.put(move.shard(), move.next());
            }
        }
    }

    private Optional<RetryException> step(
            long txid, Block block, List<NewCell> cells, List<Commit<List<OutputEvent>>> commits) {
        int shard = block.shard();
        Position position = positions.computeIfAbsent(shard, sink::open);
        StepResult result;
        try {
            result = step.run(position, block, txid, store);
        } catch (GapException e) {
            Optional<RetryException> retry = stopped.found(shard, e);
            if (retry.isPresent()) {
                positions.remove(shard);
            }
            return retry;
        }
        stopped.wentWell(shard);
        boolean nothingNew = result.position().topics().equals(position.topics())
                && result.position().watermark() == position.watermark();
        if (!nothingNew) {
            cells.addAll(result.cells());
            commits.add(new Commit<>(List.of(new ShardMove(shard, position, result.position())), result.outputs()));
        }
        return Optional.empty();
    }

    /** An operator has accepted the gap that a shard is stopped by. */
    private boolean hasLedgerMoved(int shard) {
        try {
            return !sink.read(shard).equals(positions.get(shard));
        } catch (SinkUnavailableException e) {
            // A shard that is stopped can wait; it is looked at again in a moment.
            return false;
        }
    }

    /** What the ledger holds is not known any more. A stopped shard is not at work, and is where it was. */
    private void forget(List<Block> blocks) {
        for (Block block : blocks) {
            if (!stopped.isStopped(block.shard())) {
                positions.remove(block.shard());
            }
        }
    }

    @Override
    public void close() {
        sink.close();
        store.close();
    }
}
