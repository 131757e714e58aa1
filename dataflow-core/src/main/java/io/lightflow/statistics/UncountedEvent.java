package io.lightflow.statistics;

import io.lightflow.event.BlockEntry;
import io.lightflow.event.EventType;

/**
 * A joined event that belongs to no statistics row: an unattributed conversion.
 *
 * @param offset offset of its record in the joined topic
 * @param type its event type
 * @param time event time, ms since the Unix epoch
 */
public record UncountedEvent(long offset, EventType type, long time) implements BlockEntry {}
