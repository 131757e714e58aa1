package io.lightflow.topology.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Shortens a failing schedule: removes ever smaller runs of events, then blows, as long as the remaining schedule still
 * fails.
 */
final class Shrinker {
    private static final int MOST_TRIES = 3_000;

    private final Predicate<Schedule> fails;
    private int tries;

    /** @param fails whether a schedule fails, for any reason */
    Shrinker(Predicate<Schedule> fails) {
        this.fails = fails;
    }

    Schedule shrink(Schedule failing) {
        Schedule shortest = failing;
        int before;
        do {
            before = shortest.events().size();
            for (int run = Math.max(1, before / 2); run >= 1; run /= 2) {
                shortest = without(shortest, run);
            }
            shortest = unharmed(shortest);
        } while (shortest.events().size() < before);
        return shortest;
    }

    private Schedule without(Schedule schedule, int run) {
        Schedule shortest = schedule;
        int at = 0;
        while (at < shortest.events().size()) {
            List<Event> events = new ArrayList<>(shortest.events());
            events.subList(at, Math.min(events.size(), at + run)).clear();
            Schedule shorter = shortest.with(events);
            if (stillFails(shorter)) {
                shortest = shorter;
            } else {
                at += run;
            }
        }
        return shortest;
    }

    private Schedule unharmed(Schedule schedule) {
        Schedule simplest = schedule;
        for (int at = 0; at < schedule.events().size(); at++) {
            if (simplest.events().get(at).blow() != Blow.NONE) {
                List<Event> events = new ArrayList<>(simplest.events());
                events.set(at, events.get(at).unharmed());
                Schedule simpler = simplest.with(events);
                if (stillFails(simpler)) {
                    simplest = simpler;
                }
            }
        }
        return simplest;
    }

    private boolean stillFails(Schedule schedule) {
        return tries++ < MOST_TRIES && fails.test(schedule);
    }
}
