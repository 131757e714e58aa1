package io.lightflow.topology.stores;

import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.util.Optional;

/** Claims a group for a command that needs its join store alone. While it is open, the topology does not start. */
final class GroupLock implements AutoCloseable {
    private final GroupNodes nodes;
    private final GroupNodes.Ownership ownership;

    private GroupLock(GroupNodes nodes, GroupNodes.Ownership ownership) {
        this.nodes = nodes;
        this.ownership = ownership;
    }

    /** @throws SettingsException if the topology works on the group */
    static GroupLock claim(GroupSettings settings, String command) {
        GroupNodes nodes = GroupNodes.connect(settings, DataflowTopology.INSTANCE);
        GroupNodes.Ownership ownership = nodes.claim(command);
        try {
            Optional<String> owner = nodes.owner();
            if (owner.isPresent() || !ownership.isMine()) {
                throw new SettingsException(
                        "the join store of group " + settings.group() + " is in use by "
                                + owner.or(nodes::owner).orElse("another") + "; kill it first with: storm kill "
                                + DataflowTopology.INSTANCE.stormName(settings.group()),
                        null);
            }
            return new GroupLock(nodes, ownership);
        } catch (RuntimeException e) {
            ownership.close();
            nodes.close();
            throw e;
        }
    }

    /** Withdraws what was told about stopped shards: their store is the right one now. */
    void withdrawStops() {
        nodes.withdrawStops();
    }

    @Override
    public void close() {
        try {
            ownership.close();
        } finally {
            nodes.close();
        }
    }
}
