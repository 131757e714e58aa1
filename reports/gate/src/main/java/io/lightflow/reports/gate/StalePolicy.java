package io.lightflow.reports.gate;

/** What to do with a campaign when nothing fresh is known. Costs money one way, and revenue the other. */
public enum StalePolicy {
    /** Bid for nothing: {@link Decision#STALE}. Overspend stays within its bound. */
    REFUSE,
    /** Go on with what was read last. Overspend has no bound until the database is back. */
    ALLOW
}
