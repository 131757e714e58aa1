package io.lightflow.reports.server;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** What {@code /metrics} tells Prometheus; of one server. */
final class ReportsMetrics {
    private static final double MILLIS_PER_SECOND = 1e3;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Histogram requests = Histogram.builder()
            .name("lightflow_reports_request_seconds")
            .help("Time to answer a request")
            .labelNames("method", "path", "status")
            .classicOnly()
            .classicUpperBounds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
            .register(registry);

    ReportsMetrics(Pools pools) {
        GaugeWithCallback.builder()
                .name("lightflow_reports_database_connections")
                .help("Connections of the pools, and requests that wait for one")
                .labelNames("pool", "state")
                .callback(values -> {
                    connections(values, "replica", pools.replica);
                    pools.primary.ifPresent(primary -> connections(values, "primary", primary));
                })
                .register(registry);
        JvmMetrics.builder().register(registry);
    }

    private static void connections(GaugeWithCallback.Callback values, String name, HikariDataSource pool) {
        HikariPoolMXBean connections = pool.getHikariPoolMXBean();
        if (connections != null) {
            values.call(connections.getActiveConnections(), name, "active");
            values.call(connections.getIdleConnections(), name, "idle");
            values.call(connections.getThreadsAwaitingConnection(), name, "awaited");
        }
    }

    PrometheusRegistry registry() {
        return registry;
    }

    void answered(Context context, float millis) {
        Endpoint endpoint = context.endpoints().matchedHttpEndpoint();
        // Of what leads nowhere, not even the method is kept: clients may send any word, and every one would be a
        // series.
        requests.labelValues(
                        endpoint == null ? "none" : endpoint.method.name(),
                        endpoint == null ? "none" : endpoint.path,
                        Integer.toString(context.status().getCode()))
                .observe(millis / MILLIS_PER_SECOND);
    }

    void scrape(Context context) throws IOException {
        PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        writer.write(text, registry.scrape());
        context.contentType(writer.getContentType()).result(text.toByteArray());
    }
}
