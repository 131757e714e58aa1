package io.lightflow.archive.catalog;

import org.apache.iceberg.metrics.MetricsReport;
import org.apache.iceberg.metrics.MetricsReporter;

/** Discards Iceberg's metrics. By default, it logs half a page for each scan and each commit. */
public final class DiscardedMetrics implements MetricsReporter {
    /** The catalog creates it by its name. */
    public DiscardedMetrics() {}

    @Override
    public void report(MetricsReport report) {
        // Intentionally empty.
    }
}
