package io.lightflow.producer;

/** Whether a producer vouches for its data center's partitions, also for those that it has no events for. */
public enum Beacons {
    /**
     * A beacon into every partition of every light topic, once a second, unless events are held back. A data center
     * needs them from one of its ad servers, and may have them from several.
     */
    EVERY_SECOND,
    /** For ad servers of a data center that others send the beacons of. */
    NONE
}
