package io.lightflow.lab.contest;

import org.HdrHistogram.Histogram;

/** Percentiles of latencies in ms. */
record Percentiles(long p50, long p95, long p99, long samples) {
    static Percentiles of(Histogram ms) {
        if (ms.getTotalCount() == 0) {
            throw new IllegalStateException("latencies: expected some clicks, found none in time");
        }
        return new Percentiles(
                ms.getValueAtPercentile(50),
                ms.getValueAtPercentile(95),
                ms.getValueAtPercentile(99),
                ms.getTotalCount());
    }
}
