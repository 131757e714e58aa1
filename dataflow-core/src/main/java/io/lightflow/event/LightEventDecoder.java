package io.lightflow.event;

import io.lightflow.event.EventRules.Head;
import io.lightflow.position.Origin;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Decodes and checks records of the light topics. Whatever is wrong with a record becomes a {@link Rejection}: nothing
 * is thrown for bad data and nothing is dropped (invariant I). Not thread-safe.
 */
public final class LightEventDecoder {
    /**
     * Longest record that is taken for an event, key and value together. Kafka's topics take no longer ones unless told
     * to, and a joined event holds up to three.
     */
    public static final int LONGEST_RECORD_BYTES = 1 << 20;

    private static final Schema BEACON = Beacon.getClassSchema();
    /** What Java puts in the place of bytes that are no UTF-8. */
    private static final char REPLACED = '\uFFFD';

    private final WriterSchemas schemas;
    private final long farFutureMs;
    private final Map<Long, WrittenBy> readers = new HashMap<>();
    private final BodyEncoder bodies = new BodyEncoder();
    private final ArrayDecoder decoder = new ArrayDecoder();
    private final HeadReader impressionHeads = HeadReader.ofImpressions();
    private final HeadReader tagHeads = HeadReader.ofTags();

    /**
     * @param schemas where the writers' schemas are found
     * @param farFuture an event that is stamped further than this beyond its record's own timestamp is rejected, lest
     *     it moves the watermark
     */
    public LightEventDecoder(WriterSchemas schemas, Duration farFuture) {
        this.schemas = schemas;
        this.farFutureMs = farFuture.toMillis();
    }

    /**
     * How to read records of one kind that were written with one schema.
     *
     * @param heads reads all that is needed; null if the whole record is needed
     */
    private record WrittenBy(BodyReader<SpecificRecord> reader, HeadReader heads, String refusal) {
        static WrittenBy refused(String refusal) {
            return new WrittenBy(null, null, refusal);
        }
    }

    /**
     * @param type kind of event that the topic holds
     * @param key the record's key, may be null
     * @param value the record's value, may be null
     * @param incarnation of the topic
     * @param offset of the record
     * @param recordMs the record's timestamp, ms since the Unix epoch
     * @throws WriterSchemas.SchemasUnavailableException if the writer's schema cannot be had now
     */
    public BlockEntry decode(EventType type, byte[] key, byte[] value, int incarnation, long offset, long recordMs) {
        if (value != null && value.length + (key == null ? 0 : key.length) > LONGEST_RECORD_BYTES) {
            return tooLong(offset, key, value, recordMs);
        }
        if (!WireFormat.hasHeader(value)) {
            return new Rejection(
                    offset,
                    key,
                    value,
                    "expected a value that begins with 0x00 and a schema id of 4 bytes, found "
                            + (value == null ? "no value" : value.length + " bytes that do not"),
                    recordMs);
        }
        WrittenBy written = writtenBy(type, WireFormat.schemaId(value));
        if (written.refusal() != null) {
            return new Rejection(offset, key, value, written.refusal(), recordMs);
        }
        SpecificRecord record = null;
        Head head = null;
        boolean whole;
        try {
            decoder.over(value, WireFormat.HEADER_BYTES);
            if (written.heads() != null) {
                head = written.heads().read(decoder);
            } else {
                record = written.reader().read(decoder);
            }
            whole = decoder.isEnd();
        } catch (IOException | RuntimeException e) {
            // Avro throws whatever its classes run into. Nothing but the bytes and the schema can be the reason here.
            return new Rejection(
                    offset,
                    key,
                    value,
                    "expected a " + name(type) + " by schema " + WireFormat.schemaId(value)
                            + ", found bytes that do not decode: " + e,
                    recordMs);
        }
        if (!whole) {
            return new Rejection(
                    offset, key, value, "expected a " + name(type) + ", found more bytes after its end", recordMs);
        }
        if (record instanceof Beacon beacon) {
            return EventRules.isBadTime(beacon.getTime(), recordMs, farFutureMs)
                    ? new Rejection(offset, key, value, badTime(beacon.getTime(), recordMs), recordMs)
                    : new BeaconMark(offset, beacon.getTime());
        }
        String joinKey;
        try {
            joinKey = key == null ? "" : utf8(key);
        } catch (CharacterCodingException e) {
            return new Rejection(offset, key, value, "expected a record key in UTF-8, found other bytes", recordMs);
        }
        if (record != null) {
            head = EventRules.head(record);
        }
        EventRules.Wrong wrong = EventRules.whatIsWrong(head, joinKey, recordMs, farFutureMs);
        if (wrong != null) {
            return new Rejection(offset, key, value, wrong.reason(), recordMs);
        }
        byte[] body = written.reader().asCompiled()
                ? Arrays.copyOfRange(value, WireFormat.HEADER_BYTES, value.length)
                : bodies.encode(record);
        Origin origin = new Origin(incarnation, offset);
        // Of the many impressions and tags only the body is needed from here on.
        SpecificRecord kept = type == EventType.CLICK || type == EventType.CONVERSION ? record : null;
        return new LightEvent(type, joinKey, head.id(), head.time(), kept, body, origin, recordMs);
    }

    /** As many of the bytes are kept as there is room for in a record of the rejected topic. */
    private static Rejection tooLong(long offset, byte[] key, byte[] value, long recordMs) {
        int keyLength = key == null ? 0 : key.length;
        byte[] keptKey = keyLength == 0 ? key : Arrays.copyOf(key, Math.min(keyLength, LONGEST_RECORD_BYTES));
        return new Rejection(
                offset,
                keptKey,
                Arrays.copyOf(value, Math.min(value.length, LONGEST_RECORD_BYTES)),
                "expected a record of up to " + LONGEST_RECORD_BYTES + " bytes, found a key of " + keyLength
                        + " and a value of " + value.length + ", of which " + LONGEST_RECORD_BYTES + " each are kept",
                recordMs);
    }

    private static String utf8(byte[] bytes) throws CharacterCodingException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACED) < 0) {
            return text;
        }
        // The bytes may be bad, or mean just that character.
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    static String badTime(long time, long recordMs) {
        return "expected a time in ms since 1970 that is positive and not far beyond the record's timestamp " + recordMs
                + ", found time " + time;
    }

    private static String name(EventType type) {
        return compiled(type).getName().toLowerCase(java.util.Locale.ROOT);
    }

    private static Schema compiled(EventType type) {
        return switch (type) {
            case IMPRESSION -> Impression.getClassSchema();
            case CLICK -> Click.getClassSchema();
            case CONVERSION -> Conversion.getClassSchema();
            case TAG -> Tag.getClassSchema();
        };
    }

    private WrittenBy writtenBy(EventType type, int schemaId) {
        long cacheKey = (long) type.ordinal() << 32 | schemaId & 0xffffffffL;
        WrittenBy known = readers.get(cacheKey);
        if (known != null) {
            return known;
        }
        Schema writer = schemas.byId(schemaId);
        if (writer == null) {
            // Not remembered: the schema may be registered any moment.
            return WrittenBy.refused("expected a schema id that is registered, found " + schemaId);
        }
        WrittenBy fresh;
        Schema reader = writer.getFullName().equals(BEACON.getFullName()) ? BEACON : compiled(type);
        if (!writer.getFullName().equals(reader.getFullName())) {
            fresh = WrittenBy.refused("expected a schema named " + reader.getFullName()
                    + " in this topic, found schema " + schemaId + " named " + writer.getFullName());
        } else {
            BodyReader<SpecificRecord> bodyReader = new BodyReader<>(writer, reader);
            fresh = new WrittenBy(bodyReader, bodyReader.asCompiled() ? heads(reader) : null, null);
        }
        readers.put(cacheKey, fresh);
        return fresh;
    }

    private HeadReader heads(Schema compiled) {
        if (compiled == Impression.getClassSchema()) {
            return impressionHeads;
        }
        return compiled == Tag.getClassSchema() ? tagHeads : null;
    }
}
