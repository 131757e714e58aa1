package io.lightflow.archive.table;

import io.lightflow.event.BlockEntry;

/**
 * A record of a topic, as it was read.
 *
 * @param offset in its topic-partition
 * @param timestampMs of the record, ms since the Unix epoch
 * @param key may be null
 * @param value may be null
 */
public record ArchiveRecord(long offset, long timestampMs, byte[] key, byte[] value) implements BlockEntry {

    /** Bytes of key and value. */
    public int size() {
        return (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    }
}
