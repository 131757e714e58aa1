package io.lightflow.reports.gate;

/** The decision when budgets are stale. One policy risks overspend, the other loses revenue. */
public enum StalePolicy {
    /** Never bid: {@link Decision#STALE}. Overspend stays bounded. */
    REFUSE,
    /** Decide by the last snapshot. Overspend is unbounded until the database is available again. */
    ALLOW
}
