package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;

/**
 * A record that the join has put out.
 *
 * @param fate what it says of its light event
 * @param type kind of its light event
 * @param topic topic of the light event
 * @param incarnation of that topic
 * @param offset of the light event
 * @param fingerprint of the event, as in {@link LightRecord}
 * @param time as in {@link LightRecord}
 * @param invalid whether its row had outgrown its cap
 */
record OutputRecord(
        Fate fate,
        EventType type,
        String topic,
        int incarnation,
        long offset,
        Fingerprint fingerprint,
        long time,
        boolean invalid) {}
