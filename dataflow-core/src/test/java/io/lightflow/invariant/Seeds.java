package io.lightflow.invariant;

import java.util.function.LongConsumer;

/**
 * Runs a check for as many seeds as the suite has time for. A failure names its seed. {@code -Dlightflow.seeds=N} runs
 * N seeds, {@code -Dlightflow.seed=N} runs only that seed.
 */
final class Seeds {
    private Seeds() {}

    static void each(int count, LongConsumer check) {
        Long only = Long.getLong("lightflow.seed");
        long first = only == null ? 0 : only;
        long end = only == null ? Long.getLong("lightflow.seeds", count) : only + 1;
        for (long seed = first; seed < end; seed++) {
            try {
                check.accept(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " (repeat with -Dlightflow.seed=" + seed + "): " + e, e);
            }
        }
    }
}
