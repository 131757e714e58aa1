package io.lightflow.topology.trident;

import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.metrics.TaskMetrics;
import io.lightflow.topology.metrics.WorkerMetrics;
import io.lightflow.topology.settings.GroupSettings;
import java.util.Map;
import org.apache.storm.task.IMetricsContext;
import org.apache.storm.trident.state.State;
import org.apache.storm.trident.state.StateFactory;

/** Creates the loop of a topology in a worker. */
final class LoopStateFactory implements StateFactory {
    private static final long serialVersionUID = 1L;

    private final String topology;
    private final String settingsYaml;

    LoopStateFactory(TopologyDescriptor topology, GroupSettings settings) {
        this.topology = topology.name();
        this.settingsYaml = settings.toYaml();
    }

    @Override
    public State makeState(Map<String, Object> conf, IMetricsContext metrics, int partition, int partitions) {
        return new LoopState(() -> loop(Topologies.named(topology), GroupSettings.parse(settingsYaml)));
    }

    private static LoopState.OpenLoop loop(TopologyDescriptor topology, GroupSettings settings) {
        WorkerMetrics worker = WorkerMetrics.acquire(settings.metrics());
        TaskMetrics metrics = worker.metrics().task(settings.group(), topology.name());
        try {
            return new LoopState.OpenLoop(
                    settings.group(), topology.name(), topology.loop(settings, metrics), metrics, worker);
        } catch (RuntimeException e) {
            metrics.close();
            worker.close();
            throw e;
        }
    }
}
