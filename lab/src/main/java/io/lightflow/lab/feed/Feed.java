package io.lightflow.lab.feed;

import java.util.Iterator;

/**
 * A finite, repeatable sequence of light events: two feeds of the same {@link #name()} yield the same events in the
 * same order. Used by one thread at a time.
 */
public interface Feed extends Iterator<FeedEvent>, AutoCloseable {
    /** What it feeds, settings included; tells two feeds apart when one is continued. */
    String name();

    /**
     * A time that no event still to come is older than, in ms since the Unix epoch; events without a positive time do
     * not count, since the platform rejects them. It never goes back. This is what makes a beacon's promise true.
     */
    long horizonMs();

    /** The rows of the input that have been set aside so far. */
    default SkippedRows skipped() {
        return SkippedRows.none();
    }

    @Override
    void close();
}
