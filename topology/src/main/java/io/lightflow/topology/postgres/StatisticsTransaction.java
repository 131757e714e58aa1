package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresErrors;
import io.lightflow.database.PostgresSetupException;
import io.lightflow.sink.SinkUnavailableException;

/**
 * A transaction that adds to the statistics tables. It is repeated if a sum exceeded 64 bits, or a partition was
 * missing. Both are rare enough to be found by their failure, which costs the common case nothing.
 */
final class StatisticsTransaction {
    private static final int MAX_ATTEMPTS = 10;

    /** How a transaction adds up money. */
    enum Sums {
        WITHIN_64_BITS,
        /** Slower, and seldom needed. */
        WITH_EXCESS
    }

    /** Runs the transaction once. */
    @FunctionalInterface
    interface Attempt<T> {
        T make(Sums sums);
    }

    private StatisticsTransaction() {}

    /**
     * @param first how the first attempt adds up money
     * @param makePartitions makes the partitions that the rows need
     * @throws SinkUnavailableException if it may be repeated
     * @throws PostgresSetupException if it may not
     */
    static <T> T run(Sums first, Attempt<T> attempt, Runnable makePartitions) {
        Sums sums = first;
        for (int made = 1; ; made++) {
            try {
                return attempt.make(sums);
            } catch (PostgresSetupException | SinkUnavailableException e) {
                if (made == MAX_ATTEMPTS) {
                    throw e;
                }
                if (PostgresErrors.hasState(e, PostgresErrors.NUMERIC_OUT_OF_RANGE)) {
                    // Later attempts find rows that another writer filled meanwhile.
                    sums = Sums.WITH_EXCESS;
                } else if (PostgresErrors.hasState(e, PostgresErrors.CHECK_VIOLATION)) {
                    makePartitions.run();
                } else {
                    throw e;
                }
            }
        }
    }
}
