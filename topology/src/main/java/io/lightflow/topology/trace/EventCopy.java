package io.lightflow.topology.trace;

import java.time.Instant;

/**
 * Another record of the same event.
 *
 * @param time of its record
 * @param text why it has this fate
 */
public record EventCopy(RecordPlace place, Instant time, Fate fate, String text) {}
