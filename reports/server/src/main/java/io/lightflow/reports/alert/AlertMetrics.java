package io.lightflow.reports.alert;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The metrics of alerts of one server. */
final class AlertMetrics {
    private final Counter attempts = Counter.builder()
            .name("lightflow_reports_alert_messages_total")
            .help("Attempts to send a message about an alert")
            .labelNames("channel", "outcome")
            .build();

    private final Counter failures = Counter.builder()
            .name("lightflow_reports_alert_failures_total")
            .help("Evaluations and looks for messages that the database did not serve")
            .build();

    void addTo(PrometheusRegistry registry) {
        registry.register(attempts);
        registry.register(failures);
    }

    void delivered(AlertChannel channel) {
        attempts.labelValues(channel.label(), "delivered").inc();
    }

    void failed(AlertChannel channel) {
        attempts.labelValues(channel.label(), "failed").inc();
    }

    void databaseFailed() {
        failures.inc();
    }
}
