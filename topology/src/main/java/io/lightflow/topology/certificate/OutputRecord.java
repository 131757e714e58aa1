package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;

/**
 * A record that the join emitted.
 *
 * @param fate the outcome of its light event
 * @param type type of its light event
 * @param topic topic of the light event
 * @param incarnation of that topic
 * @param offset of the light event
 * @param fingerprint of the event, as in {@link LightRecord}
 * @param time as in {@link LightRecord}
 * @param unstored whether its row had outgrown its cap, so that the join did not store it
 */
record OutputRecord(
        Fate fate,
        EventType type,
        String topic,
        int incarnation,
        long offset,
        EventFingerprint fingerprint,
        long time,
        boolean unstored) {}
