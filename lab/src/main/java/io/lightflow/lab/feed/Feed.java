package io.lightflow.lab.feed;

import java.util.Iterator;

/**
 * A finite, repeatable sequence of light events: two feeds of the same {@link #name()} yield the same events in the
 * same order. Used by one thread at a time.
 */
public interface Feed extends Iterator<FeedEvent>, AutoCloseable {
    /** Describes the feed, including settings; identifies the feed when it is continued. */
    String name();

    /**
     * A lower bound of the event times of all remaining events, in ms since the Unix epoch. It ignores events without a
     * positive time, which the platform rejects. It never decreases. Beacons rely on it.
     */
    long horizonMs();

    /** The rows of the input that have been skipped so far. */
    default SkippedRows skipped() {
        return SkippedRows.none();
    }

    @Override
    void close();
}
