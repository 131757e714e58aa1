package io.lightflow.event;

/**
 * A record to be sent. The arrays must not be modified.
 *
 * @param topic its topic
 * @param key record key, the join key; null for beacons and for rejected records that had none
 * @param value Avro value with its header
 */
public record OutputEvent(OutputTopic topic, byte[] key, byte[] value) {}
