package io.lightflow.event;

/**
 * The time of an event that is not processed where it stands. It counts as the event's own time would, and says nothing
 * of a producer's clock.
 *
 * @param offset offset of the event's record
 * @param time event time, ms since the Unix epoch
 */
public record TimeMark(long offset, long time) implements BlockEntry {}
