package io.lightflow.lab.feed;

import java.nio.ByteBuffer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Identifies the feed of a record, and counts its events up to this record.
 *
 * @param feed hash of the feed's name
 * @param read from 1 for events; a beacon carries that of the event before it
 */
record FeedHeader(int feed, long read) {
    static final String KEY = "lightflow-feed";

    private static final int BYTES = Integer.BYTES + Long.BYTES;

    static int hash(Feed feed) {
        return feed.name().hashCode();
    }

    Header toHeader() {
        return new RecordHeader(
                KEY, ByteBuffer.allocate(BYTES).putInt(feed).putLong(read).array());
    }

    /** Null if the header has another format. */
    static FeedHeader parse(Header header) {
        if (header == null || header.value() == null || header.value().length != BYTES) {
            return null;
        }
        ByteBuffer value = ByteBuffer.wrap(header.value());
        return new FeedHeader(value.getInt(), value.getLong());
    }
}
