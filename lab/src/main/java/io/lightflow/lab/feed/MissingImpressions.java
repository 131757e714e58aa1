package io.lightflow.lab.feed;

/** How an iPinYou feed treats a clicked bid without an impression row. */
public enum MissingImpressions {
    /** Feeds its clicks without an impression. */
    LEAVE,
    /**
     * Feeds an impression that is marked as derived and has no price, {@value IPinYouFeed#DERIVED_LEAD_MS} ms before
     * the bid's first click.
     */
    DERIVE
}
