package io.lightflow.topology.trident;

import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.TopologyKind;
import java.util.Map;
import org.apache.storm.task.IMetricsContext;
import org.apache.storm.trident.state.State;
import org.apache.storm.trident.state.StateFactory;

/** Makes the loop of a topology in a worker. */
final class LoopStateFactory implements StateFactory {
    private static final long serialVersionUID = 1L;

    private final TopologyKind kind;
    private final String settingsYaml;

    LoopStateFactory(TopologyKind kind, GroupSettings settings) {
        this.kind = kind;
        this.settingsYaml = settings.toYaml();
    }

    @Override
    public State makeState(Map<String, Object> conf, IMetricsContext metrics, int partition, int partitions) {
        return new LoopState(() -> Parts.loop(kind, GroupSettings.parse(settingsYaml)));
    }
}
