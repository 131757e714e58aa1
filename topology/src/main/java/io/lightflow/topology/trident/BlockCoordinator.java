package io.lightflow.topology.trident;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.storm.trident.spout.ITridentSpout.BatchCoordinator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts batches, unless the group is paused or another topology of the same name works on it. It has nothing to
 * remember about a batch but its number; what Trident reads back of that from ZooKeeper, as JSON, is of some other
 * class.
 *
 * <p>Trident makes two of them for a topology: one that is asked whether a batch may begin, which it never closes, and
 * one that it closes when the topology ends. In one process they are the same, so that the group is given up at once
 * where the process lives on. Thread-safe.
 */
final class BlockCoordinator implements BatchCoordinator<Object> {
    private static final Logger LOG = LoggerFactory.getLogger(BlockCoordinator.class);
    private static final Map<String, BlockCoordinator> OPEN = new ConcurrentHashMap<>();

    private final String stormId;
    private final GroupNodes nodes;
    private final GroupNodes.Ownership ownership;
    private final BatchOrder order = new BatchOrder();
    private boolean closed;

    private BlockCoordinator(TopologyDescriptor topology, GroupSettings settings, String stormId) {
        this.stormId = stormId;
        this.nodes = GroupNodes.connect(settings, topology);
        this.ownership = nodes.claim(stormId);
    }

    /** The coordinator of a topology in this process. */
    static BlockCoordinator of(TopologyDescriptor topology, GroupSettings settings, String stormId) {
        return OPEN.computeIfAbsent(stormId, absent -> new BlockCoordinator(topology, settings, stormId));
    }

    @Override
    public Object initializeTransaction(long txid, Object previous, Object current) {
        return txid;
    }

    @Override
    public void success(long txid) {
        // The ledger knows.
    }

    @Override
    public synchronized boolean isReady(long txid) {
        return !closed && ownership.isMine() && !ownership.isPaused() && order.isNext(txid);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        OPEN.remove(stormId, this);
        try {
            ownership.close();
        } catch (IllegalStateException e) {
            // The claim ends with the session; a failure here would keep Storm from closing the rest of the worker.
            LOG.warn("{} was not closed properly", stormId, e);
        } finally {
            nodes.close();
        }
    }
}
