package io.lightflow.topology.simulation;

import io.lightflow.topology.simulation.Blow.Fate;
import io.lightflow.topology.simulation.Blow.Moment;
import io.lightflow.topology.simulation.Event.What;
import io.lightflow.topology.simulation.Perils.Call;
import java.util.Map;
import java.util.TreeMap;

/** How often what has happened. Thread-safe. */
final class Tally {
    private final Map<String, Long> blows = new TreeMap<>();
    private final Map<What, Long> events = new TreeMap<>();
    private long steps;

    synchronized void blow(Fate fate, Moment moment, Call call) {
        blows.merge(fate + " " + moment + " " + call, 1L, Long::sum);
    }

    synchronized void event(What what) {
        events.merge(what, 1L, Long::sum);
        steps++;
    }

    synchronized void add(Tally other) {
        other.blows.forEach((blow, count) -> blows.merge(blow, count, Long::sum));
        other.events.forEach((what, count) -> events.merge(what, count, Long::sum));
        steps += other.steps;
    }

    /** Number of events. */
    synchronized long steps() {
        return steps;
    }

    synchronized Map<String, Long> blows() {
        return new TreeMap<>(blows);
    }

    synchronized Map<What, Long> events() {
        return new TreeMap<>(events);
    }
}
