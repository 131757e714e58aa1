package io.lightflow.topology.simulation;

import java.util.function.LongFunction;

/**
 * Runs schedules with the classes of a mutant. Arguments and results are of JDK types, which both class loaders share.
 */
public final class MutantTrial implements LongFunction<String> {
    private final Simulation simulation;

    /** @param flaw name of the fakes' {@link Flaw} */
    public MutantTrial(String flaw) {
        simulation = new Simulation(Flaw.valueOf(flaw));
    }

    /** The failure of this seed's schedule; null if there is none. */
    @Override
    public String apply(long seed) {
        return simulation
                .run(Schedule.of(seed))
                .map(failure -> failure.cause().toString())
                .orElse(null);
    }
}
