package io.lightflow.reports.gate;

/** Whether to bid for a campaign, and if not, why. The first that applies, in this order. */
public enum Decision {
    /** Nothing has been read yet; or what was read is too old, and the policy is to refuse. */
    STALE,
    /** There is no such campaign. */
    UNKNOWN,
    /** Its status or its end says so. */
    ENDED,
    PAUSED,
    NOT_STARTED,
    /** The total budget is spent. */
    EXHAUSTED,
    /** As many impressions or clicks as wanted. */
    GOAL_REACHED,
    /** The daily budget is spent; until midnight in the campaign's time zone. */
    EXHAUSTED_TODAY,
    /** Its pacing is even, and more is spent than an even pace would have by now; until the line has caught up. */
    AHEAD_OF_PACE,
    GO;

    public boolean mayBid() {
        return this == GO;
    }
}
