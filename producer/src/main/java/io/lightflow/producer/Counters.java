package io.lightflow.producer;

import java.util.concurrent.atomic.LongAdder;

/** See {@link LightEventsMetrics}. Thread-safe. */
final class Counters {
    final LongAdder taken = new LongAdder();
    final LongAdder leftOver = new LongAdder();
    final LongAdder acknowledged = new LongAdder();
    final LongAdder lost = new LongAdder();
    final LongAdder invalid = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder notTaken = new LongAdder();
    final LongAdder beacons = new LongAdder();

    long waiting() {
        // What is subtracted is read first, so that an event on its way in between counts as waiting.
        long settled = acknowledged.sum() + lost.sum();
        return Math.max(0, taken.sum() + leftOver.sum() - settled);
    }
}
