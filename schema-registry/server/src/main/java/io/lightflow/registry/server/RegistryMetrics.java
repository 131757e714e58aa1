package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** What {@code /metrics} tells Prometheus; of one server. */
final class RegistryMetrics {
    private static final double MILLIS_PER_SECOND = 1e3;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Histogram requests = Histogram.builder()
            .name("lightflow_registry_request_seconds")
            .help("Time to answer a request")
            .labelNames("method", "path", "status")
            .classicOnly()
            .classicUpperBounds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
            .register(registry);
    private final Counter changes = Counter.builder()
            .name("lightflow_registry_changes_total")
            .help("Changes, as in the audit")
            .labelNames("action")
            .register(registry);

    RegistryMetrics(SubjectStore subjects, HikariDataSource pool) {
        GaugeWithCallback.builder()
                .name("lightflow_registry_versions")
                .help("Versions of all subjects, and subjects; absent while the database is")
                .labelNames("what")
                .callback(values -> {
                    try {
                        SubjectStore.Count count = subjects.count();
                        values.call(count.versions(), "versions");
                        values.call(count.subjects(), "subjects");
                    } catch (StoreException e) {
                        // Absent, and /health/ready tells why.
                    }
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("lightflow_registry_database_connections")
                .help("Connections of the pool, and requests that wait for one")
                .labelNames("state")
                .callback(values -> {
                    HikariPoolMXBean connections = pool.getHikariPoolMXBean();
                    values.call(connections.getActiveConnections(), "active");
                    values.call(connections.getIdleConnections(), "idle");
                    values.call(connections.getThreadsAwaitingConnection(), "awaited");
                })
                .register(registry);
        JvmMetrics.builder().register(registry);
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

    void changed(String action) {
        changes.labelValues(action).inc();
    }

    void scrape(Context context) throws IOException {
        PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        writer.write(text, registry.scrape());
        context.contentType(writer.getContentType()).result(text.toByteArray());
    }
}
