package io.lightflow.topology.simulation;

import io.lightflow.topology.simulation.Blow.Fate;
import io.lightflow.topology.simulation.Blow.Moment;
import io.lightflow.topology.simulation.Event.What;
import io.lightflow.topology.simulation.Perils.Call;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/** How often what has happened. Thread-safe. */
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

    /** How often calls of a kind were struck so. */
    long blows(Fate fate, Moment moment, Call call) {
        return blows.get(index(fate, moment, call));
    }

    /** How often anything was struck so. */
    long blows(Fate fate) {
        long sum = 0;
        for (Moment moment : Moment.values()) {
            sum += Arrays.stream(Call.values())
                    .mapToLong(call -> blows(fate, moment, call))
                    .sum();
        }
        return sum;
    }

    /** How often something has happened. */
    long events(What what) {
        return events.get(what.ordinal());
    }

    /** Number of events. */
    long steps() {
        return Arrays.stream(What.values()).mapToLong(this::events).sum();
    }
}
