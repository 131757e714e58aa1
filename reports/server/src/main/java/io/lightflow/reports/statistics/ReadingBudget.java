package io.lightflow.reports.statistics;

import io.lightflow.reports.http.ProblemException;
import io.lightflow.service.access.RateLimit;

/**
 * Bounds the slices that one account may make the server read and keep. A page that shows the last minutes needs one or
 * two new slices a minute; only a reader of ever different windows meets the bound. Thread-safe.
 */
final class ReadingBudget {
    private static final int SLICES_PER_SECOND = 10;
    /** Ten times what the largest window needs. */
    private static final int BURST = 600;

    private final RateLimit slices;

    ReadingBudget() {
        this(new RateLimit(SLICES_PER_SECOND, BURST));
    }

    ReadingBudget(RateLimit slices) {
        this.slices = slices;
    }

    /**
     * Takes the slices from the budget of an account.
     *
     * @throws ProblemException if they exceed it
     */
    void take(String account, int count) {
        if (count > 0 && !slices.allows(account, count)) {
            throw new ProblemException(
                    429,
                    "too-many-windows",
                    "Too many different windows",
                    "the account needs " + count + " periods of time that are not in memory, and has asked for too"
                            + " many of them lately: ask for the same windows as before, or retry in a minute");
        }
    }
}
