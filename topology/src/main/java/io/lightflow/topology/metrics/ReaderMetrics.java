package io.lightflow.topology.metrics;

import io.lightflow.topology.metrics.TopologyMetrics.Owner;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import java.util.Map;

/** The metrics of one task of a spout. Used by one thread; read by others. */
public final class ReaderMetrics implements AutoCloseable {
    private final TopologyMetrics metrics;
    private final Owner owner;
    private final GaugeDataPoint unavailableReaders;
    private volatile Map<Integer, Long> lags = Map.of();
    private boolean unavailable;

    ReaderMetrics(TopologyMetrics metrics, Owner owner) {
        this.metrics = metrics;
        this.owner = owner;
        this.unavailableReaders = metrics.unavailable.labelValues(owner.group(), owner.topology());
    }

    /** @param unread records that exist and have not been read, by shard */
    public void lag(Map<Integer, Long> unread) {
        lags = Map.copyOf(unread);
    }

    /** A server that the reader needs is unavailable. Until it reads again, the lag is unknown. */
    public void unavailable() {
        lags = Map.of();
        if (!unavailable) {
            unavailable = true;
            unavailableReaders.inc();
        }
    }

    public void available() {
        if (unavailable) {
            unavailable = false;
            unavailableReaders.dec();
        }
    }

    Owner owner() {
        return owner;
    }

    Map<Integer, Long> lags() {
        return lags;
    }

    @Override
    public void close() {
        available();
        metrics.remove(this);
    }
}
