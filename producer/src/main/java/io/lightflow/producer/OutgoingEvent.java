package io.lightflow.producer;

import io.lightflow.event.EventType;
import io.lightflow.event.TraceParent;

/**
 * An event on its way to Kafka.
 *
 * @param timestampMs timestamp of the record: when the event was accepted, ms since the Unix epoch
 * @param key the join key in UTF-8
 * @param value in the wire format
 * @param trace null if there is none
 */
record OutgoingEvent(EventType type, long timestampMs, byte[] key, byte[] value, TraceParent trace) {}
