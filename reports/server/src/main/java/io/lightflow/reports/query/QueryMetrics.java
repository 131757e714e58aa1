package io.lightflow.reports.query;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;

/** What queries do, for Prometheus. Thread-safe. */
final class QueryMetrics {
    /** The outcome of a query whose client has left. */
    private static final String LEFT = "client_left";

    private static final double NANOS_PER_SECOND = 1e9;

    private final Histogram seconds = Histogram.builder()
            .name("lightflow_reports_query_seconds")
            .help("Time of one query by kind and outcome")
            .labelNames("kind", "outcome")
            .classicOnly()
            .classicUpperBounds(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
            .build();
    private final Counter refused = Counter.builder()
            .name("lightflow_reports_queries_refused_total")
            .help("Queries that found no free process")
            .labelNames("kind", "reason")
            .build();
    private final Gauge running = Gauge.builder()
            .name("lightflow_reports_queries_running")
            .help("Queries that run now")
            .labelNames("kind")
            .build();

    QueryMetrics() {
        for (String kind : new String[] {"sql", "why"}) {
            running.labelValues(kind).set(0);
            for (QueryWorkers.Busy reason : QueryWorkers.Busy.values()) {
                refused.labelValues(kind, lower(reason)).inc(0);
            }
        }
    }

    void addTo(PrometheusRegistry registry) {
        registry.register(seconds);
        registry.register(refused);
        registry.register(running);
    }

    void refused(QueryTask task, QueryWorkers.Busy reason) {
        refused.labelValues(kind(task), lower(reason)).inc();
    }

    /** A query begins. Its end must be told. */
    Running start(QueryTask task) {
        return new Running(kind(task));
    }

    /** A query that runs. Closing it tells its end. */
    final class Running implements AutoCloseable {
        private final String kind;
        private final long begunNanos = System.nanoTime();
        private String outcome = LEFT;

        private Running(String kind) {
            this.kind = kind;
            running.labelValues(kind).inc();
        }

        void ended(QueryOutcome.Status status) {
            outcome = lower(status);
        }

        @Override
        public void close() {
            running.labelValues(kind).dec();
            seconds.labelValues(kind, outcome).observe((System.nanoTime() - begunNanos) / NANOS_PER_SECOND);
        }
    }

    private static String kind(QueryTask task) {
        return task.sql() == null ? "why" : "sql";
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
