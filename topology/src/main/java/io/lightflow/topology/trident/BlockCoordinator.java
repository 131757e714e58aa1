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
 * Starts batches, unless the group is paused or another topology of the same name works on it. A batch's only metadata
 * is its number. Trident reads it back from ZooKeeper as JSON, and thus as an instance of another class.
 *
 * <p>Trident creates two coordinators for a topology. It asks one whether a batch may begin and never closes it; it
 * closes the other when the topology ends. In one process the two are the same object, so that a process that lives on
 * releases the group at once. Thread-safe.
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
            // The claim ends with the session; a failure here would prevent Storm from closing the rest of the worker.
            LOG.warn("{} failed to close", stormId, e);
        } finally {
            nodes.close();
        }
    }
}
