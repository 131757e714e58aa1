package io.lightflow.producer;

import io.lightflow.event.EventType;

/**
 * An event on its way to Kafka.
 *
 * @param timestampMs of the record: when the event was taken, ms since the Unix epoch
 * @param key the join key in UTF-8
 * @param value in the wire format
 */
record Outgoing(EventType type, long timestampMs, byte[] key, byte[] value) {}
