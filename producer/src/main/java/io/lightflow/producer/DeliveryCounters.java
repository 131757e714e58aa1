package io.lightflow.producer;

import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link LightEventsMetrics}. Thread-safe. */
final class DeliveryCounters {
    final LongAdder accepted = new LongAdder();
    final LongAdder recovered = new LongAdder();
    final LongAdder acknowledged = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder invalid = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder notAccepted = new LongAdder();
    final LongAdder beacons = new LongAdder();

    long waiting() {
        // The subtrahend is read first, so an event that settles between the two reads counts as waiting.
        long settled = acknowledged.sum() + lost.sum();
        return Math.max(0, accepted.sum() + recovered.sum() - settled);
    }
}
