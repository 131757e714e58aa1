package io.lightflow.join;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.position.Origin;

/**
 * An event in the state of a join key: from a visible cell, or from this very block.
 *
 * @param id the event's id
 * @param time event time, ms since the Unix epoch
 * @param seenAt the shard's watermark when the event was taken in: what had been decided by then stays decided
 * @param origin where it came from
 * @param producedMs timestamp of its Kafka record
 * @param body its Avro body
 * @param record a {@link Click} or {@link Conversion}, decoded; null for others, of which only the body is needed
 * @param advertiserId advertiser of a click or a conversion; null for others
 * @param fresh whether it is from this block
 */
record Stored(
        String id,
        long time,
        long seenAt,
        Origin origin,
        long producedMs,
        byte[] body,
        Object record,
        String advertiserId,
        boolean fresh) {

    Click click() {
        return (Click) record;
    }

    Conversion conversion() {
        return (Conversion) record;
    }
}
