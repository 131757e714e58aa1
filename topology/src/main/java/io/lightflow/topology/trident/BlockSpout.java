package io.lightflow.topology.trident;

import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import java.util.HashMap;
import java.util.Map;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.trident.spout.ITridentSpout;
import org.apache.storm.tuple.Fields;

/**
 * Emits one tuple per task and batch, which carries whole blocks. Shard {@code p} belongs to task {@code p} modulo the
 * number of tasks. The sink's ledger alone says where to read; ZooKeeper only shows what is in flight.
 */
final class BlockSpout implements ITridentSpout<Object> {
    private static final long serialVersionUID = 1L;

    static final String BLOCKS = "blocks";

    private final String topology;
    private final String settingsYaml;

    BlockSpout(TopologyDescriptor topology, GroupSettings settings) {
        this.topology = topology.name();
        this.settingsYaml = settings.toYaml();
    }

    @Override
    public BatchCoordinator<Object> getCoordinator(String id, Map<String, Object> conf, TopologyContext context) {
        return new BlockCoordinator(
                Topologies.named(topology), GroupSettings.parse(settingsYaml), context.getStormId());
    }

    @Override
    public Emitter<Object> getEmitter(String id, Map<String, Object> conf, TopologyContext context) {
        GroupSettings settings = GroupSettings.parse(settingsYaml);
        int tasks = context.getComponentTasks(context.getThisComponentId()).size();
        return new BlockEmitter(
                Topologies.named(topology),
                settings,
                new TaskHints(conf, id, context.getThisTaskIndex()),
                context.getThisTaskIndex(),
                tasks);
    }

    @Override
    public Map<String, Object> getComponentConfiguration() {
        // Trident adds to it.
        return new HashMap<>();
    }

    @Override
    public Fields getOutputFields() {
        return new Fields(BLOCKS);
    }
}
