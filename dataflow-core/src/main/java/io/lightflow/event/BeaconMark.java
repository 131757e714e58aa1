package io.lightflow.event;

import java.util.Objects;

/**
 * The time of a {@link Beacon} that was read.
 *
 * @param offset offset of its record
 * @param time event time of the beacon, ms since the Unix epoch
 * @param producer name of the server whose clock the time is from; empty if the beacon names none
 */
public record BeaconMark(long offset, long time, String producer) implements BlockEntry {
    public BeaconMark {
        Objects.requireNonNull(producer, "producer");
    }

    /** A beacon that names no producer. */
    public BeaconMark(long offset, long time) {
        this(offset, time, "");
    }
}
