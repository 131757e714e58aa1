package io.lightflow.topology.simulation;

import io.lightflow.invariant.StreamGenerator.Lateness;
import io.lightflow.join.StepBounds;
import io.lightflow.topology.simulation.Blow.Fate;
import io.lightflow.topology.simulation.Blow.Moment;
import io.lightflow.topology.simulation.Event.What;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The events of a simulation and the parameters of its world.
 *
 * @param seed seed of the world: its light events and rules
 * @param shards number of shards
 * @param lateness whether events may exceed the allowed disorder
 * @param microBatchMs micro-batch interval of the stats-counter
 * @param maxRows maximum number of rows that the stats-counter holds
 * @param events events in order
 */
record Schedule(long seed, int shards, Lateness lateness, long microBatchMs, int maxRows, List<Event> events) {
    private static final int TOTAL_WEIGHT = totalWeight();

    Schedule {
        events = List.copyOf(events);
    }

    private static int totalWeight() {
        int total = 0;
        for (What what : What.values()) {
            total += what.weight;
        }
        return total;
    }

    static Schedule of(long seed) {
        Random random = new Random(seed ^ 0x5eed_5eedL);
        random.nextLong(); // neighboring seeds start with similar values
        int shards = 1 + random.nextInt(3);
        Lateness lateness = random.nextInt(4) == 0 ? Lateness.SOMETIMES_BEYOND : Lateness.WITHIN_BOUND;
        long microBatchMs = random.nextInt(10_000);
        int maxRows = 1 + random.nextInt(30);
        int harm = 1 + random.nextInt(4);
        List<Event> events = new ArrayList<>();
        for (int count = 20 + random.nextInt(200); count > 0; count--) {
            What what = what(random);
            Blow blow = what.isWork() && random.nextInt(4) < harm ? blow(random) : Blow.NONE;
            events.add(new Event(what, random.nextInt(100), 1 + random.nextInt(8), blow, random.nextLong()));
        }
        if (random.nextInt(3) > 0) {
            // With fixed rules, the outcome is known in advance.
            events.removeIf(event -> event.what() == What.RECONFIGURE);
        }
        return new Schedule(seed, shards, lateness, microBatchMs, maxRows, events);
    }

    /**
     * Bounds of a step. In each third world, outputs exceed theirs, and blocks are halved. In each second world, more
     * timers are due at once than a small block may fire.
     */
    StepBounds bounds() {
        return new StepBounds(
                seed % 3 == 0 ? 1_000 : Long.MAX_VALUE, seed % 2 == 0 ? 1 + (int) (seed / 2 % 3) : Integer.MAX_VALUE);
    }

    /** Whether the rules change. */
    boolean reconfigures() {
        return events.stream().anyMatch(event -> event.what() == What.RECONFIGURE);
    }

    private static What what(Random random) {
        int at = random.nextInt(TOTAL_WEIGHT);
        for (What what : What.values()) {
            at -= what.weight;
            if (at < 0) {
                return what;
            }
        }
        throw new AssertionError("the weights add up");
    }

    private static Blow blow(Random random) {
        Fate[] fates = {Fate.CRASH, Fate.NO_ANSWER, Fate.STALL};
        return new Blow(
                random.nextInt(12),
                fates[random.nextInt(fates.length)],
                Moment.values()[random.nextInt(Moment.values().length)],
                1 + random.nextInt(3));
    }

    Schedule with(List<Event> others) {
        return new Schedule(seed, shards, lateness, microBatchMs, maxRows, others);
    }
}
