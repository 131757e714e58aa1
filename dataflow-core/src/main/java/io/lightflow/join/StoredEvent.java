package io.lightflow.join;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Origin;

/**
 * An event in the state of a join key: read from a visible cell, or ingested with this block.
 *
 * @param id the event's id
 * @param time event time, ms since the Unix epoch
 * @param seenAt the shard's watermark when the event was ingested; earlier decisions stand
 * @param origin where it came from
 * @param producedMs timestamp of its Kafka record, ms since the Unix epoch
 * @param body its Avro body
 * @param record the decoded {@link Click} or {@link Conversion}; null for other types, which need only the body
 * @param advertiserId advertiser of a click or a conversion; null for other types
 * @param fresh whether it came with this block
 */
record StoredEvent(
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
