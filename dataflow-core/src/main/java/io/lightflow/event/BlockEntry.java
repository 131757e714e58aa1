package io.lightflow.event;

/** One record of a block: decoded, or rejected with a reason. */
public interface BlockEntry {

    /** Offset of the record in its topic-partition. */
    long offset();
}
