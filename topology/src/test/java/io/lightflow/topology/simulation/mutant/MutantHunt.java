package io.lightflow.topology.simulation.mutant;

import java.util.function.LongFunction;

/** Searches for a schedule that catches a mutant. */
public final class MutantHunt {
    private static final String TRIAL = "io.lightflow.topology.simulation.MutantTrial";
    private static final int LONGEST_WHY = 200;

    /**
     * The result of a hunt.
     *
     * @param schedules number of schedules run
     * @param lastSeed seed of the last schedule
     * @param why failure of the last schedule; null if the mutant survived
     */
    public record Outcome(long schedules, long lastSeed, String why) {

        public boolean caught() {
            return why != null;
        }

        @Override
        public String toString() {
            return caught() ? "by schedule " + lastSeed + ", " + why : "for " + schedules + " schedules";
        }
    }

    private MutantHunt() {}

    /** Runs at most the given number of schedules, from a seed on, until one catches the mutant. */
    public static Outcome hunt(Mutant mutant, long firstSeed, long most) {
        return hunt(trial(mutant), firstSeed, most);
    }

    /** Runs the recorded schedule, and searches from seed 0 if that one no longer catches the mutant. */
    public static Outcome huntFromRecorded(Mutant mutant, long most) {
        LongFunction<?> trial = trial(mutant);
        Outcome recorded = hunt(trial, mutant.caughtBy(), 1);
        return recorded.caught() ? recorded : hunt(trial, 0, most);
    }

    private static Outcome hunt(LongFunction<?> trial, long firstSeed, long most) {
        for (long seed = firstSeed; seed < firstSeed + most; seed++) {
            String why = (String) trial.apply(seed);
            if (why != null) {
                String line = why.lines().findFirst().orElse("").replace("java.lang.AssertionError: ", "");
                return new Outcome(seed - firstSeed + 1, seed, line.substring(0, Math.min(LONGEST_WHY, line.length())));
            }
        }
        return new Outcome(most, firstSeed + most - 1, null);
    }

    private static LongFunction<?> trial(Mutant mutant) {
        try {
            return (LongFunction<?>) new MutatedClasses(mutant.changes())
                    .loadClass(TRIAL)
                    .getConstructor(String.class)
                    .newInstance(mutant.flaw());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("mutant " + mutant + " cannot be made", e);
        }
    }
}
