package io.lightflow.reports.gate;

/** Whether to bid for a campaign, and the reason if not. The first constant that applies is the decision. */
public enum Decision {
    /** Nothing has been read yet; or the snapshot is stale, and the policy is to refuse. */
    STALE,
    /** The campaign does not exist. */
    UNKNOWN,
    /** The campaign has ended by status or time. */
    ENDED,
    PAUSED,
    NOT_STARTED,
    /** The total budget is spent. */
    EXHAUSTED,
    /** The goal of impressions or clicks is reached. */
    GOAL_REACHED,
    /** The daily budget is spent; until midnight in the campaign's time zone. */
    EXHAUSTED_TODAY,
    /**
     * The pacing is even, and the campaign has spent more than an even pace by now. The decision changes when the pace
     * catches up.
     */
    AHEAD_OF_PACE,
    GO;

    public boolean mayBid() {
        return this == GO;
    }
}
