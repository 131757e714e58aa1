package io.lightflow.topology.simulation;

import io.lightflow.topology.simulation.Blow.Fate;
import io.lightflow.topology.simulation.Blow.Moment;
import io.lightflow.topology.simulation.Event.What;
import io.lightflow.topology.simulation.Perils.Call;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts events and blows. Thread-safe. */
final class Tally {
    private static final int MOMENTS = Moment.values().length;
    private static final int CALLS = Call.values().length;

    private final AtomicLongArray blows = new AtomicLongArray(Fate.values().length * MOMENTS * CALLS);
    private final AtomicLongArray events = new AtomicLongArray(What.values().length);

    private static int index(Fate fate, Moment moment, Call call) {
        return (fate.ordinal() * MOMENTS + moment.ordinal()) * CALLS + call.ordinal();
    }

    void count(Fate fate, Moment moment, Call call) {
        blows.incrementAndGet(index(fate, moment, call));
    }

    void count(What what) {
        events.incrementAndGet(what.ordinal());
    }

    /** Number of such blows on calls of a kind. */
    long blows(Fate fate, Moment moment, Call call) {
        return blows.get(index(fate, moment, call));
    }

    /** Number of such blows on any call. */
    long blows(Fate fate) {
        long sum = 0;
        for (Moment moment : Moment.values()) {
            sum += Arrays.stream(Call.values())
                    .mapToLong(call -> blows(fate, moment, call))
                    .sum();
        }
        return sum;
    }

    /** Number of events of a kind. */
    long events(What what) {
        return events.get(what.ordinal());
    }

    /** Total number of events. */
    long steps() {
        return Arrays.stream(What.values()).mapToLong(this::events).sum();
    }
}
