package io.lightflow.topology.trident;

import io.lightflow.topology.operator.GroupNodes;
import io.lightflow.topology.settings.GroupSettings;
import org.apache.storm.trident.spout.ITridentSpout.BatchCoordinator;

/**
 * Starts batches, unless the group is paused or another topology of its kind is at work. It has nothing to remember
 * about a batch but its number.
 */
final class BlockCoordinator implements BatchCoordinator<Long> {
    private final GroupNodes nodes;
    private final GroupNodes.Ownership ownership;

    BlockCoordinator(TopologyKind kind, GroupSettings settings, String stormId) {
        this.nodes = GroupNodes.connect(settings, kind);
        this.ownership = nodes.claim(stormId);
    }

    @Override
    public Long initializeTransaction(long txid, Long previous, Long current) {
        return txid;
    }

    @Override
    public void success(long txid) {
        // The ledger knows.
    }

    @Override
    public boolean isReady(long txid) {
        return ownership.isMine() && !nodes.isPaused();
    }

    @Override
    public void close() {
        ownership.close();
        nodes.close();
    }
}
