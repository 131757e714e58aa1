package io.lightflow.event;

/**
 * A {@link Beacon} that was read.
 *
 * @param offset offset of its record
 * @param time event time it vouches for, ms since the Unix epoch
 */
public record BeaconMark(long offset, long time) implements BlockEntry {}
