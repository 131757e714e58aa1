package io.lightflow.lab.feed;

import java.util.Iterator;

/**
 * A finite, repeatable sequence of light events: two feeds of the same {@link #name()} yield the same events in the
 * same order. Used by one thread at a time.
 */
public interface Feed extends Iterator<FeedEvent>, AutoCloseable {
    /** Of an event that is due whatever the time is. */
    long NOW = Long.MIN_VALUE;

    /** Describes the feed, including settings; identifies the feed when it is continued. */
    String name();

    /**
     * A lower bound of the event times of all remaining events, in ms since the Unix epoch. It ignores events without a
     * positive time, which the platform rejects. It never decreases. Beacons rely on it.
     */
    long horizonMs();

    /** Due time of the next event by the clock, in ms since the Unix epoch. There must be one. */
    default long dueMs() {
        return NOW;
    }

    /** The rows of the input that have been skipped so far. */
    default SkippedRows skipped() {
        return SkippedRows.none();
    }

    @Override
    void close();
}
