package io.lightflow.topology.trident;

import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.storm.trident.topology.state.TransactionalState;

/**
 * The ZooKeeper node of one task: which offsets of its shards are in flight under which txid. Operators read it. No
 * code decides by it (invariant A), so a lost or wrong node does no harm.
 */
final class TaskHints implements AutoCloseable {
    static final String FOLDER = "lightflow-tasks";

    private final TransactionalState state;
    private final String path;

    TaskHints(Map<String, Object> conf, String transactionId, int task) {
        this.state = TransactionalState.newUserState(conf, transactionId);
        this.path = FOLDER + "/" + task;
    }

    void write(long txid, int attempt, List<Block> blocks) {
        Map<String, Object> shards = new TreeMap<>();
        for (Block block : blocks) {
            Map<String, Object> ranges = new TreeMap<>();
            for (BlockPart part : block.parts()) {
                if (part.to() > part.from()) {
                    ranges.put(part.topic(), List.of(part.from(), part.to()));
                }
            }
            shards.put(Integer.toString(block.shard()), ranges);
        }
        state.setData(path, Map.of("txid", txid, "attempt", attempt, "shards", shards));
    }

    @Override
    public void close() {
        state.close();
    }
}
