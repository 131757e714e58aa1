package io.lightflow.event;

import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;

/**
 * A decoded and validated light event.
 *
 * @param type its type
 * @param joinKey the key of its record; not empty
 * @param id its own id; not empty
 * @param time event time, ms since the Unix epoch
 * @param record the generated Avro record: {@link Impression}, {@link Click}, {@link Conversion} or {@link Tag}. If
 *     null, each call of {@link #record()} decodes it from the body
 * @param body the record in Avro's binary encoding with the schema of the generated class, without a header. It must
 *     not be modified: joined events are spliced from it
 * @param origin where it came from
 * @param producedMs timestamp of its Kafka record, ms since the Unix epoch
 */
public record LightEvent(
        EventType type,
        String joinKey,
        String id,
        long time,
        SpecificRecord record,
        byte[] body,
        Origin origin,
        long producedMs)
        implements BlockEntry {

    public LightEvent {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(body, "body");
        Objects.requireNonNull(origin, "origin");
        if (joinKey.isEmpty() || id.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected a non-empty join key and id, found join key \"" + joinKey + "\" and id \"" + id + "\"");
        }
    }

    /**
     * Restores a validated event from its body.
     *
     * @throws IllegalArgumentException if the body does not decode
     */
    public static LightEvent of(EventType type, String joinKey, Origin origin, long producedMs, byte[] body) {
        SpecificRecord record = GeneratedRecords.decode(type, body);
        EventRules.Head head = EventRules.head(record, Long.MAX_VALUE);
        return new LightEvent(type, joinKey, head.id(), head.time(), record, body, origin, producedMs);
    }

    @Override
    public SpecificRecord record() {
        return record == null ? GeneratedRecords.decode(type, body) : record;
    }

    @Override
    public long offset() {
        return origin.offset();
    }
}
