package io.lightflow.lab.feed;

/** What an iPinYou feed does about a clicked bid that has no impression row. */
public enum MissingImpressions {
    /** Nothing: its clicks come without an impression. */
    LEAVE,
    /**
     * Feeds an impression that is marked as derived and has no price, {@value IPinYouFeed#DERIVED_LEAD_MS} ms before
     * the bid's first click.
     */
    DERIVE
}
