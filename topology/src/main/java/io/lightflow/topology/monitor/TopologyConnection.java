package io.lightflow.topology.monitor;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.operator.GroupStatus;
import io.lightflow.topology.operator.ShardStatus;
import io.lightflow.topology.operator.WrongClocks;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.util.List;

/** Looks at a topology's ledger, topics and nodes. */
final class TopologyConnection implements Source.Connection<TopologyLook> {
    private final GroupStatus status;
    private final GroupNodes nodes;

    TopologyConnection(GroupSettings settings, TopologyDescriptor topology) {
        this.status = new GroupStatus(settings, topology);
        this.nodes = GroupNodes.connect(settings, topology);
    }

    @Override
    public TopologyLook look() {
        List<ShardStatus> shards = status.shards();
        return new TopologyLook(
                nodes.owner().isPresent(),
                nodes.isPausedNow(),
                shards,
                nodes.stops(),
                GroupStatus.books(shards),
                new WrongClocks(shards).describe().size());
    }

    @Override
    public void close() {
        nodes.close();
        status.close();
    }
}
