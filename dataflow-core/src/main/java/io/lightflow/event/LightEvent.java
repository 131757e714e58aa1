package io.lightflow.event;

import io.lightflow.position.Origin;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;

/**
 * A light event that was decoded and found valid.
 *
 * @param type its kind
 * @param joinKey the key of its record; not empty
 * @param id its own id; not empty
 * @param time event time, ms since the Unix epoch
 * @param record the generated Avro record: {@link Impression}, {@link Click}, {@link Conversion} or {@link Tag}; may be
 *     given as null, and is then decoded from the body whenever it is asked for
 * @param body the record in Avro's binary encoding by the schema of the generated class, without a header. Must not be
 *     changed: joined events are spliced from it
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
            throw new IllegalArgumentException("a light event needs a join key and an id");
        }
    }

    /**
     * An event that was decoded and found valid before, from its body.
     *
     * @throws IllegalArgumentException if the body does not decode
     */
    public static LightEvent of(EventType type, String joinKey, Origin origin, long producedMs, byte[] body) {
        SpecificRecord record = Bodies.decode(type, body);
        EventRules.Head head = EventRules.head(record);
        return new LightEvent(type, joinKey, head.id(), head.time(), record, body, origin, producedMs);
    }

    @Override
    public SpecificRecord record() {
        return record == null ? Bodies.decode(type, body) : record;
    }

    @Override
    public long offset() {
        return origin.offset();
    }
}
