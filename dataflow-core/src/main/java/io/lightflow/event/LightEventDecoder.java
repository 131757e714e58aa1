package io.lightflow.event;

import io.lightflow.event.EventRules.Head;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Decodes and validates records of the light topics. A record that is invalid in any way becomes a {@link Rejection}:
 * bad data neither throws nor is dropped (invariant I). Not thread-safe.
 */
public final class LightEventDecoder {
    /**
     * Maximum size of an event's record, key and value together. It is Kafka's default limit, and a joined event
     * contains up to three events.
     */
    public static final int MAX_RECORD_BYTES = 1 << 20;

    private static final Schema BEACON = Beacon.getClassSchema();
    /** Java's replacement for bytes that are not UTF-8. */
    private static final char REPLACEMENT = '\uFFFD';

    private final WriterSchemas schemas;
    private final long farFutureMs;
    private final long beaconFarFutureMs;
    private final InstantSource clock;
    /** An earlier time of the clock; most events are not later than this, so they need no look at the clock. */
    private long readerMs;

    private final Map<Long, Reading> readings = new HashMap<>();
    private final BodyEncoder bodyEncoder = new BodyEncoder();
    private final ArrayDecoder decoder = new ArrayDecoder();
    private final long maxAmountMicros;
    private final HeadReader impressionHeads;
    private final HeadReader tagHeads = HeadReader.ofTags();

    /** A decoder with the system's clock and the default limit of amounts. */
    public LightEventDecoder(WriterSchemas schemas, Duration farFuture) {
        this(schemas, farFuture, EventRules.MAX_AMOUNT_MICROS);
    }

    /** A decoder with the system's clock. */
    public LightEventDecoder(WriterSchemas schemas, Duration farFuture, long maxAmountMicros) {
        this(schemas, farFuture, farFuture, maxAmountMicros, InstantSource.system());
    }

    /**
     * @param schemas finds the writers' schemas
     * @param farFuture how far an event time may be after the record's timestamp, and after the reader's clock; a later
     *     one would move the watermark too far, so the event is rejected
     * @param beaconFarFuture the same for the time of a beacon
     * @param maxAmountMicros the largest price or revenue of one event, in micros
     * @param clock the reader's clock. It goes on while a block is read again, so an event that was ingested once is
     *     not rejected later
     */
    public LightEventDecoder(
            WriterSchemas schemas,
            Duration farFuture,
            Duration beaconFarFuture,
            long maxAmountMicros,
            InstantSource clock) {
        this.schemas = schemas;
        this.farFutureMs = farFuture.toMillis();
        this.beaconFarFutureMs = beaconFarFuture.toMillis();
        this.maxAmountMicros = maxAmountMicros;
        this.impressionHeads = HeadReader.ofImpressions(maxAmountMicros);
        this.clock = clock;
    }

    /**
     * How to read records of one event type that were written with one schema.
     *
     * @param heads reads all that is needed; null if the whole record is needed
     * @param rejection why such records are rejected; null if they can be read
     */
    private record Reading(BodyReader<SpecificRecord> reader, HeadReader heads, String rejection) {
        static Reading rejecting(String rejection) {
            return new Reading(null, null, rejection);
        }
    }

    /**
     * @param type type of the topic's events
     * @param key the record's key, may be null
     * @param value the record's value, may be null
     * @param incarnation of the topic
     * @param offset of the record
     * @param recordMs the record's timestamp, ms since the Unix epoch
     * @throws WriterSchemas.SchemasUnavailableException if the writer's schema is unavailable now
     */
    public BlockEntry decode(EventType type, byte[] key, byte[] value, int incarnation, long offset, long recordMs) {
        if (value != null && value.length + (key == null ? 0 : key.length) > MAX_RECORD_BYTES) {
            return tooLong(offset, key, value, recordMs);
        }
        if (!WireFormat.hasHeader(value)) {
            return new Rejection(
                    offset,
                    key,
                    value,
                    "expected a value that starts with 0x00 and a schema id of 4 bytes, found "
                            + (value == null ? "no value" : value.length + " bytes without this header"),
                    recordMs);
        }
        Reading reading = reading(type, WireFormat.schemaId(value));
        if (reading.rejection() != null) {
            return new Rejection(offset, key, value, reading.rejection(), recordMs);
        }
        SpecificRecord record = null;
        Head head = null;
        boolean whole;
        try {
            decoder.over(value, WireFormat.HEADER_BYTES);
            if (reading.heads() != null) {
                head = reading.heads().read(decoder);
            } else {
                record = reading.reader().read(decoder);
            }
            whole = decoder.isEnd();
        } catch (IOException | RuntimeException e) {
            // Avro throws many kinds of exceptions. Only the bytes and the schema can be the cause here.
            return new Rejection(
                    offset,
                    key,
                    value,
                    "expected a body of " + name(type) + " encoded with schema " + WireFormat.schemaId(value)
                            + ", found bytes that do not decode: " + e,
                    recordMs);
        }
        if (!whole) {
            return new Rejection(
                    offset,
                    key,
                    value,
                    "expected the value to end with its " + name(type) + ", found more bytes",
                    recordMs);
        }
        if (record instanceof Beacon beacon) {
            String violation = violation(beacon, recordMs);
            return violation != null
                    ? new Rejection(offset, key, value, violation, recordMs)
                    : new BeaconMark(offset, beacon.getTime(), beacon.getProducer());
        }
        String joinKey;
        try {
            joinKey = key == null ? "" : utf8(key);
        } catch (CharacterCodingException e) {
            return new Rejection(
                    offset, key, value, "expected a record key in UTF-8, found bytes that are not UTF-8", recordMs);
        }
        if (record != null) {
            head = EventRules.head(record, maxAmountMicros);
        }
        EventRules.Violation violation = EventRules.violation(head, joinKey, recordMs, farFutureMs);
        if (violation == null && decoder.longestString() > EventRules.MAX_STRING_BYTES) {
            violation = longString(reading, record, value);
        }
        if (violation != null) {
            return new Rejection(offset, key, value, violation.reason(), recordMs);
        }
        if (isAheadOfReader(head.time(), farFutureMs)) {
            return new Rejection(
                    offset, key, value, EventRules.aheadOfReader(head.time(), readerMs, farFutureMs), recordMs);
        }
        byte[] body = reading.reader().asCompiled()
                ? Arrays.copyOfRange(value, WireFormat.HEADER_BYTES, value.length)
                : bodyEncoder.encode(record);
        Origin origin = new Origin(incarnation, offset);
        // Impressions and tags, which are most events, need only their body from here on.
        SpecificRecord kept = type == EventType.CLICK || type == EventType.CONVERSION ? record : null;
        return new LightEvent(type, joinKey, head.id(), head.time(), kept, body, origin, recordMs);
    }

    /** Names the string that is too long. A field that only the writer's schema has is not named. */
    private EventRules.Violation longString(Reading reading, SpecificRecord record, byte[] value) {
        int found = decoder.longestString();
        EventRules.Violation violation = null;
        try {
            SpecificRecord whole =
                    record == null ? reading.reader().read(decoder.over(value, WireFormat.HEADER_BYTES)) : record;
            violation = EventRules.longString(whole);
        } catch (IOException e) {
            throw new UncheckedIOException("a body that was read does not decode again", e);
        }
        return violation == null ? EventRules.tooLongString("every string", found) : violation;
    }

    /** @return null if it violates no rule */
    private String violation(Beacon beacon, long recordMs) {
        if (EventRules.isBadTime(beacon.getTime(), recordMs, beaconFarFutureMs)) {
            return EventRules.badTime(beacon.getTime(), recordMs, beaconFarFutureMs);
        }
        if (isAheadOfReader(beacon.getTime(), beaconFarFutureMs)) {
            return EventRules.aheadOfReader(beacon.getTime(), readerMs, beaconFarFutureMs);
        }
        return EventRules.isProducerName(beacon.getProducer())
                ? null
                : "expected a producer's name of at most " + EventRules.MAX_PRODUCER_LENGTH
                        + " letters, digits, '.', '_' and '-', found one of "
                        + beacon.getProducer().length() + " characters";
    }

    /** The record's timestamp is from the same server as the event's time, so it reveals no wrong clock. */
    private boolean isAheadOfReader(long time, long limitMs) {
        if (time - limitMs <= readerMs) {
            return false;
        }
        readerMs = clock.millis();
        return time - limitMs > readerMs;
    }

    /** Keeps as many bytes as fit into a record of the rejected topic. */
    private static Rejection tooLong(long offset, byte[] key, byte[] value, long recordMs) {
        int keyLength = key == null ? 0 : key.length;
        byte[] keptKey = keyLength == 0 ? key : Arrays.copyOf(key, Math.min(keyLength, MAX_RECORD_BYTES));
        return new Rejection(
                offset,
                keptKey,
                Arrays.copyOf(value, Math.min(value.length, MAX_RECORD_BYTES)),
                "expected a record of at most " + MAX_RECORD_BYTES + " bytes, found a key of " + keyLength
                        + " and a value of " + value.length + " bytes; at most " + MAX_RECORD_BYTES
                        + " bytes of each are kept",
                recordMs);
    }

    private static String utf8(byte[] bytes) throws CharacterCodingException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) < 0) {
            return text;
        }
        // The bytes may be invalid, or encode this very character.
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    private static String name(EventType type) {
        return compiled(type).getName();
    }

    static Schema compiled(EventType type) {
        return switch (type) {
            case IMPRESSION -> Impression.getClassSchema();
            case CLICK -> Click.getClassSchema();
            case CONVERSION -> Conversion.getClassSchema();
            case TAG -> Tag.getClassSchema();
        };
    }

    private Reading reading(EventType type, int schemaId) {
        long cacheKey = (long) type.ordinal() << 32 | schemaId & 0xffffffffL;
        Reading known = readings.get(cacheKey);
        if (known != null) {
            return known;
        }
        Schema writer = schemas.byId(schemaId);
        if (writer == null) {
            // Not cached: the schema may be registered at any moment.
            return Reading.rejecting("expected a registered schema id, found " + schemaId);
        }
        Reading created;
        Schema reader = writer.getFullName().equals(BEACON.getFullName()) ? BEACON : compiled(type);
        if (!writer.getFullName().equals(reader.getFullName())) {
            created = Reading.rejecting("expected a schema named " + reader.getFullName()
                    + " in this topic, found schema " + schemaId + " named " + writer.getFullName());
        } else {
            BodyReader<SpecificRecord> bodyReader = new BodyReader<>(writer, reader);
            created = new Reading(bodyReader, bodyReader.asCompiled() ? heads(reader) : null, null);
        }
        readings.put(cacheKey, created);
        return created;
    }

    private HeadReader heads(Schema compiled) {
        if (compiled == Impression.getClassSchema()) {
            return impressionHeads;
        }
        return compiled == Tag.getClassSchema() ? tagHeads : null;
    }
}
