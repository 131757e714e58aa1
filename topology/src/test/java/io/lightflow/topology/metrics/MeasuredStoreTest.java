package io.lightflow.topology.metrics;

import io.lightflow.store.JoinStore;
import io.lightflow.store.JoinStoreContract;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.topology.ManualClock;

/** A measured store is a store. */
final class MeasuredStoreTest extends JoinStoreContract {
    @Override
    protected JoinStore open() {
        return new TopologyMetrics(new ManualClock()).task("us", "dataflow").measured(new MemoryJoinStore(), () -> 0);
    }
}
