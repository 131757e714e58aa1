package io.lightflow.topology.trident;

import io.lightflow.event.Block;
import io.lightflow.event.BlockPart;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.storm.trident.topology.state.TransactionalState;

/**
 * The ZooKeeper node of one task: which offsets of its shards are in flight under which txid. Operators read it. No
 * code decides by it (invariant A), so a lost or wrong node does no harm. It is written at most once a second.
 */
final class TaskHints implements AutoCloseable {
    static final String FOLDER = "lightflow-tasks";

    private static final long INTERVAL_NANOS = 1_000_000_000;

    private final TransactionalState state;
    private final String path;
    private long writtenNanos = System.nanoTime() - INTERVAL_NANOS;

    TaskHints(Map<String, Object> conf, String transactionId, int task) {
        this.state = TransactionalState.newUserState(conf, transactionId);
        this.path = FOLDER + "/" + task;
    }

    void write(long txid, int attempt, List<Block> blocks) {
        long now = System.nanoTime();
        if (now - writtenNanos < INTERVAL_NANOS) {
            return;
        }
        writtenNanos = now;
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
