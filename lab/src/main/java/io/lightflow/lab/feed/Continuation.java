package io.lightflow.lab.feed;

/** How feeding treats events that an earlier run may have fed. */
public enum Continuation {
    /** Feeds all events, without a header. */
    NONE,
    /**
     * Numbers the records in a header, and skips events of this feed that the topics already contain. It is exact
     * wherever the earlier run was killed: each partition contains its records in the order of the feed, without gaps.
     */
    CONTINUE
}
