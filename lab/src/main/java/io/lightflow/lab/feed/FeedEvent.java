package io.lightflow.lab.feed;

import io.lightflow.event.EventType;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * A light event to feed.
 *
 * @param dc the data center that emits it
 * @param key its join key, the key of the Kafka record; never empty
 * @param event a {@code Tag}, {@code Impression}, {@code Click} or {@code Conversion}, as {@code type} says; not to be
 *     changed
 * @param timeMs its event time, ms since the Unix epoch
 */
public record FeedEvent(String dc, EventType type, String key, SpecificRecordBase event, long timeMs) {
    public FeedEvent {
        Objects.requireNonNull(dc, "dc");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(event, "event");
        if (key.isEmpty()) {
            throw new IllegalArgumentException("a light event needs a join key: expected a string, found an empty one");
        }
    }

    /** A copy of the event from another data center. */
    FeedEvent from(String otherDc) {
        return new FeedEvent(otherDc, type, key, event, timeMs);
    }
}
