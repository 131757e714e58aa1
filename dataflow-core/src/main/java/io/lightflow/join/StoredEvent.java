package io.lightflow.join;

import io.lightflow.attribution.ConversionFacts;
import io.lightflow.event.Origin;
import io.lightflow.event.TrafficVerdict;

/**
 * An event in the state of a join key: read from a visible cell, or ingested with this block.
 *
 * @param id the event's id
 * @param time event time, ms since the Unix epoch
 * @param seenAt the shard's watermark when the event was ingested; earlier decisions stand
 * @param takeover number of the attempt that ingested it, see {@link io.lightflow.position.JoinProgress}
 * @param origin where it came from
 * @param producedMs timestamp of its Kafka record, ms since the Unix epoch
 * @param schemaId id of the schema of its body
 * @param body its Avro body; null for tags
 * @param facts the {@link ClickFacts} or {@link ConversionFacts}; the {@link ImpressionFacts} of an impression if rules
 *     for its placement applied when it arrived, else null; null for tags
 * @param rules the rules that applied when it arrived; null for other types than clicks and conversions
 * @param traffic the verdict of the traffic rules when it arrived
 * @param fresh whether it came with this block
 */
record StoredEvent(
        String id,
        long time,
        long seenAt,
        int takeover,
        Origin origin,
        long producedMs,
        int schemaId,
        byte[] body,
        Object facts,
        ArrivalRules rules,
        TrafficVerdict traffic,
        boolean fresh) {

    /** Null if no rules for its placement applied. */
    ImpressionFacts impression() {
        return (ImpressionFacts) facts;
    }

    ClickFacts click() {
        return (ClickFacts) facts;
    }

    ConversionFacts conversion() {
        return (ConversionFacts) facts;
    }

    /** Whether this counts, and not another cell of the same event. */
    boolean isLaterThan(StoredEvent other) {
        return takeover == other.takeover ? seenAt > other.seenAt : takeover > other.takeover;
    }
}
