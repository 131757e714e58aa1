package io.lightflow.event;

/** One record of a block, as far as it could be understood. */
public interface BlockEntry {

    /** Offset of the record in its topic-partition. */
    long offset();
}
