package io.lightflow.reports.server;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.lightflow.reports.budget.DecisionHandler;
import io.lightflow.reports.gate.BudgetGate;
import io.lightflow.reports.gate.Decision;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;
import java.util.function.DoubleSupplier;

/** The metrics of one server at {@code /metrics}, in addition to those of requests. */
final class ReportsMetrics {
    private static final double MILLIS_PER_SECOND = 1e3;

    private ReportsMetrics() {}

    static void addTo(PrometheusRegistry registry, ConnectionPools pools, BudgetGate gate, DecisionHandler decisions) {
        GaugeWithCallback.builder()
                .name("lightflow_reports_database_connections")
                .help("Connections of the pools, and requests waiting for a connection")
                .labelNames("pool", "state")
                .callback(values -> {
                    connections(values, "replica", pools.replica);
                    pools.primary.ifPresent(primary -> connections(values, "primary", primary));
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("lightflow_reports_decisions_total")
                .help("Decisions about single campaigns")
                .labelNames("decision")
                .callback(values -> {
                    for (Decision decision : Decision.values()) {
                        values.call(
                                decisions.decisions(decision), decision.name().toLowerCase(Locale.ROOT));
                    }
                })
                .register(registry);
        gauge(
                registry,
                "lightflow_reports_budget_age_seconds",
                "Time since the last poll of the budgets; -1 before the first one",
                () -> gate.snapshotAgeMs() < 0 ? -1 : gate.snapshotAgeMs() / MILLIS_PER_SECOND);
        gauge(
                registry,
                "lightflow_reports_statistics_behind_seconds",
                "Lag of the watermark; -1 without a watermark",
                () -> gate.statisticsLagMs() < 0 ? -1 : gate.statisticsLagMs() / MILLIS_PER_SECOND);
        gauge(
                registry,
                "lightflow_reports_budgets_stale",
                "1 while the policy for stale budgets decides",
                () -> gate.isStale() ? 1 : 0);
        gauge(
                registry,
                "lightflow_reports_budgets_listening",
                "1 while notifications about exhausted campaigns arrive immediately",
                () -> gate.isListening() ? 1 : 0);
        gauge(registry, "lightflow_reports_budget_polls_failed", "Failed polls of the budgets", gate::failedPolls);
        gauge(
                registry,
                "lightflow_reports_budget_notifications_unconfirmed",
                "Notifications about exhausted campaigns that the budgets did not confirm",
                gate::unconfirmedNotifications);
    }

    private static void gauge(PrometheusRegistry registry, String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(values -> values.call(value.getAsDouble()))
                .register(registry);
    }

    private static void connections(GaugeWithCallback.Callback values, String name, HikariDataSource pool) {
        HikariPoolMXBean connections = pool.getHikariPoolMXBean();
        if (connections != null) {
            values.call(connections.getActiveConnections(), name, "active");
            values.call(connections.getIdleConnections(), name, "idle");
            values.call(connections.getThreadsAwaitingConnection(), name, "awaited");
        }
    }
}
