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
import io.lightflow.topology.RetryException;
import io.lightflow.topology.StoppedShards;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The loop of the topology {@code dataflow}: step, write cells, commit outputs and position. */
public final class DataflowLoop implements BlockLoop {
    private final JoinStep step;
    private final JoinStore store;
    private final Sink<List<OutputEvent>> sink;
    private final StoppedShards stopped;
    /** Of the shards that are open; what the ledger holds. */
    private final Map<Integer, Position> positions = new HashMap<>();

    public DataflowLoop(JoinStep step, JoinStore store, Sink<List<OutputEvent>> sink, InstantSource clock) {
        this.step = step;
        this.store = store;
        this.sink = sink;
        this.stopped = new StoppedShards(clock);
    }

    @Override
    public void process(long txid, List<Block> blocks) {
        List<NewCell> cells = new ArrayList<>();
        List<Commit<List<OutputEvent>>> commits = new ArrayList<>(blocks.size());
        List<RetryException> gaps = new ArrayList<>();
        try {
            stopped.tryAgain();
            for (Block block : blocks) {
                if (!stopped.isStopped(block.shard())) {
                    step(txid, block, cells, commits).ifPresent(gaps::add);
                }
            }
            if (!cells.isEmpty()) {
                store.write(cells);
            }
            if (!commits.isEmpty()) {
                sink.commit(commits);
            }
        } catch (SinkUnavailableException | StoreUnavailableException e) {
            forget(blocks);
            throw new RetryException("batch " + txid + " did not get through: " + e.getMessage(), e);
        } catch (FencedException e) {
            forget(blocks);
            throw e;
        }
        for (Commit<List<OutputEvent>> commit : commits) {
            for (ShardMove move : commit.moves()) {
                positions.put(move.shard(), move.next());
            }
        }
        if (!gaps.isEmpty()) {
            throw gaps.get(0);
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
            positions.remove(shard);
            return stopped.found(shard, e);
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

    /** What the ledger holds is not known any more. */
    private void forget(List<Block> blocks) {
        blocks.forEach(block -> positions.remove(block.shard()));
    }

    @Override
    public void close() {
        sink.close();
        store.close();
    }
}
