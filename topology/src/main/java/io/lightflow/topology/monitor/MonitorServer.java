package io.lightflow.topology.monitor;

import io.lightflow.topology.metrics.MetricsEndpoint;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.MetricsSection;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Looks at a group until it is closed, and serves what it has seen at {@code /metrics}. */
public final class MonitorServer implements AutoCloseable {
    private final String host;
    private final GroupMonitor monitor;
    private final MetricsEndpoint endpoint;

    private MonitorServer(String host, GroupMonitor monitor, MetricsEndpoint endpoint) {
        this.host = host;
        this.monitor = monitor;
        this.endpoint = endpoint;
    }

    /**
     * Listens, and begins to look.
     *
     * @param host the address to listen on
     * @param ports a port, a range of ports, or 0 for any free port
     * @param interval the time between two looks
     * @throws java.io.UncheckedIOException if none of the ports is free
     */
    public static MonitorServer start(GroupSettings settings, String host, String ports, Duration interval) {
        return start(settings, host, ports, interval, List.of(), List.of());
    }

    /**
     * @param gauges files of gauges that are served, too
     * @param others further processes, which must listen
     */
    static MonitorServer start(
            GroupSettings settings,
            String host,
            String ports,
            Duration interval,
            List<Path> gauges,
            List<TcpConnection> others) {
        PrometheusRegistry registry = new PrometheusRegistry();
        JvmMetrics.builder().register(registry);
        gauges.forEach(file -> registry.register(new GaugeFile(file)));
        GroupMonitor monitor = GroupMonitor.of(settings, others);
        MetricsEndpoint endpoint =
                MetricsEndpoint.open(new MetricsSection(host, ports, null), registry, monitor::shards);
        MonitorMetrics.register(monitor, InstantSource.system(), registry);
        monitor.start(interval);
        return new MonitorServer(host, monitor, endpoint);
    }

    /** Its address, without a path. */
    public URI url() {
        return URI.create("http://" + host + ":" + endpoint.port());
    }

    @Override
    public void close() {
        endpoint.close();
        monitor.close();
    }
}
