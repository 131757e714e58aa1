package io.lightflow.topology.archive;

import java.util.function.LongFunction;

/** Runs schedules among mutated classes, which know no other type of this one than that of the JDK. */
public final class ArchiveKillsTrial implements LongFunction<String> {

    /** Returns how the schedule fails; null if it does not. */
    @Override
    public String apply(long seed) {
        try {
            ArchiveKills.run(seed);
            return null;
        } catch (AssertionError | RuntimeException e) {
            return e.toString();
        }
    }
}
