package io.lightflow.topology.trace;

import io.lightflow.event.EventType;
import java.time.Instant;
import java.util.List;

/**
 * The way of one event: of all records of one type with one join key and one id.
 *
 * @param joinKey null if the record has none
 * @param time event time; null if the record does not decode
 * @param span of this record; null if its producer attached no {@code traceparent}
 * @param fate of the record that was ingested, or else of the first one
 * @param hops of this record, in their order
 * @param copies its other records
 * @param related the events that took part in the decision
 * @param missing what has not happened yet, and must happen
 * @param possible what may still happen
 */
public record EventTrace(
        EventType type,
        String id,
        String joinKey,
        int shard,
        Instant time,
        EventSpan span,
        Fate fate,
        List<Hop> hops,
        List<EventCopy> copies,
        List<RelatedEvent> related,
        List<Pending> missing,
        List<Pending> possible) {
    public EventTrace {
        hops = List.copyOf(hops);
        copies = List.copyOf(copies);
        related = List.copyOf(related);
        missing = List.copyOf(missing);
        possible = List.copyOf(possible);
    }
}
