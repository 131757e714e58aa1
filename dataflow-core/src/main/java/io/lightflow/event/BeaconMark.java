package io.lightflow.event;

/**
 * The time of a {@link Beacon} that was read.
 *
 * @param offset offset of its record
 * @param time event time of the beacon, ms since the Unix epoch
 */
public record BeaconMark(long offset, long time) implements BlockEntry {}
