package io.lightflow.topology.trident;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.zookeeper.GroupNodes;
import org.apache.storm.trident.spout.ITridentSpout.BatchCoordinator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets batches begin, unless the group is paused or another topology of the same name works on it. Not thread-safe. */
final class BlockCoordinator implements BatchCoordinator<Object> {
    private static final Logger LOG = LoggerFactory.getLogger(BlockCoordinator.class);

    private final String stormId;
    private final GroupNodes nodes;
    private final GroupNodes.Ownership ownership;

    BlockCoordinator(TopologyDescriptor topology, GroupSettings settings, String stormId) {
        this.stormId = stormId;
        this.nodes = GroupNodes.connect(settings, topology);
        this.ownership = nodes.claim(stormId);
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
    public boolean isReady(long txid) {
        return ownership.isMine() && !ownership.isPaused();
    }

    @Override
    public void close() {
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
