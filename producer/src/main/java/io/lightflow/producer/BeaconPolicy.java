package io.lightflow.producer;

/** Whether a producer sends beacons for all partitions of its data center, including those without events. */
public enum BeaconPolicy {
    /**
     * Sends a beacon to every partition of every light topic once a second, unless events are held back. At least one
     * ad server of each data center must send beacons; several may.
     */
    EVERY_SECOND,
    /** Sends none: another ad server of the data center sends them. */
    NONE
}
