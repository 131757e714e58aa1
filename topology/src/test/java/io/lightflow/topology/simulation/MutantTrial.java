package io.lightflow.topology.simulation;

import java.util.function.LongFunction;

/**
 * Runs one schedule after the other among the classes of a mutant. All that goes in and out is the JDK's, which both
 * worlds share.
 */
public final class MutantTrial implements LongFunction<String> {
    private final Simulation simulation;

    /** @param flaw name of what the fakes are to do wrong */
    public MutantTrial(String flaw) {
        simulation = new Simulation(Flaw.valueOf(flaw));
    }

    /** What is noticed in the schedule of this seed; null if nothing is. */
    @Override
    public String apply(long seed) {
        return simulation
                .run(Schedule.of(seed))
                .map(failure -> failure.cause().toString())
                .orElse(null);
    }
}
