package io.lightflow.lab.feed;

/** What feeding does about events that an earlier run may have fed. */
public enum Continuation {
    /** Feeds all events, and writes nothing into the records but the events. */
    NONE,
    /**
     * Numbers the records in a header, and leaves out what the topics hold of this feed already. Exact, wherever the
     * earlier run was killed: each partition's records were appended in the order of the feed and without gaps.
     */
    CONTINUE
}
