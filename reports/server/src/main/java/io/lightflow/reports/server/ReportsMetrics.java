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

/** What {@code /metrics} tells Prometheus besides the requests; of one server. */
final class ReportsMetrics {
    private static final double MILLIS_PER_SECOND = 1e3;

    private ReportsMetrics() {}

    static void addTo(PrometheusRegistry registry, Pools pools, BudgetGate gate, DecisionHandler decisions) {
        GaugeWithCallback.builder()
                .name("lightflow_reports_database_connections")
                .help("Connections of the pools, and requests that wait for one")
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
                        values.call(decisions.answers(decision), decision.name().toLowerCase(Locale.ROOT));
                    }
                })
                .register(registry);
        gauge(
                registry,
                "lightflow_reports_budget_age_seconds",
                "Since the budgets were read; -1 before that",
                () -> gate.snapshotAgeMs() < 0 ? -1 : gate.snapshotAgeMs() / MILLIS_PER_SECOND);
        gauge(
                registry,
                "lightflow_reports_statistics_behind_seconds",
                "Back to the watermark; -1 where there is none",
                () -> gate.statisticsBehindMs() < 0 ? -1 : gate.statisticsBehindMs() / MILLIS_PER_SECOND);
        gauge(
                registry,
                "lightflow_reports_budgets_stale",
                "1 while decisions go by the policy for stale budgets",
                () -> gate.isStale() ? 1 : 0);
        gauge(
                registry,
                "lightflow_reports_budgets_listening",
                "1 while exhausted campaigns are heard of at once",
                () -> gate.isListening() ? 1 : 0);
        gauge(registry, "lightflow_reports_budget_polls_failed", "Polls of the budgets that failed", gate::failedPolls);
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
