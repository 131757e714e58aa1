package io.lightflow.archive.table;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.TraceParent;

/**
 * A record of a topic, as it was read.
 *
 * @param offset in its topic-partition
 * @param timestampMs of the record, ms since the Unix epoch
 * @param key may be null
 * @param value may be null
 * @param trace null if there is none
 */
public record ArchiveRecord(long offset, long timestampMs, byte[] key, byte[] value, TraceParent trace)
        implements BlockEntry {

    /** Bytes of key, value and trace. */
    public int size() {
        return (key == null ? 0 : key.length)
                + (value == null ? 0 : value.length)
                + (trace == null ? 0 : TraceParent.LENGTH);
    }
}
