package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.lightflow.service.sql.DatabaseException;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The metrics of one server at {@code /metrics}, in addition to those of requests. */
final class RegistryMetrics {
    private final Counter changes;

    RegistryMetrics(PrometheusRegistry registry, SubjectStore subjects, HikariDataSource pool) {
        changes = Counter.builder()
                .name("lightflow_registry_changes_total")
                .help("Changes, as in the audit log")
                .labelNames("action")
                .register(registry);
        GaugeWithCallback.builder()
                .name("lightflow_registry_versions")
                .help("Versions of all subjects, and subjects; absent while the database is unavailable")
                .labelNames("what")
                .callback(values -> {
                    try {
                        SubjectStore.Count count = subjects.count();
                        values.call(count.versions(), "versions");
                        values.call(count.subjects(), "subjects");
                    } catch (DatabaseException e) {
                        // The metric is absent; /health/ready reports the reason.
                    }
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("lightflow_registry_database_connections")
                .help("Connections of the pool, and requests waiting for a connection")
                .labelNames("state")
                .callback(values -> {
                    HikariPoolMXBean connections = pool.getHikariPoolMXBean();
                    values.call(connections.getActiveConnections(), "active");
                    values.call(connections.getIdleConnections(), "idle");
                    values.call(connections.getThreadsAwaitingConnection(), "awaited");
                })
                .register(registry);
    }

    void changed(String action) {
        changes.labelValues(action).inc();
    }
}
