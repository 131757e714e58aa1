package io.lightflow.topology.trace;

/** What became of a record of a light topic. */
public enum Fate {
    /**
     * It was emitted: an impression or a tag once, a click with its impression, a conversion with what it is due to.
     */
    JOINED,
    /** A conversion that no click and no impression can claim; emitted. */
    UNATTRIBUTED,
    /** It was read, and is not decided yet. */
    WAITING,
    /** A click whose impression did not come in time. */
    ORPHANED,
    /** The join could not process it; the rejected topic holds the record and the reason. */
    REJECTED,
    /** Another record with its id was ingested. */
    DUPLICATE,
    /** It was read and must be decided, but its outcome is not in what was searched. */
    OUTCOME_NOT_FOUND,
    /** The join has not come to it yet. */
    NOT_READ,
    /** Where the join stands is unknown, and its outcome is not in what was searched. */
    UNKNOWN
}
