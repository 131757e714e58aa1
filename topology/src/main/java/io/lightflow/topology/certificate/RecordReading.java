package io.lightflow.topology.certificate;

import io.lightflow.event.ArrayDecoder;
import io.lightflow.event.AttributionKind;
import io.lightflow.event.Beacon;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.JoinedTag;
import io.lightflow.event.OrphanClick;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.Tag;
import io.lightflow.event.TrafficRule;
import io.lightflow.event.WireFormat;
import io.lightflow.event.WriterSchemas;
import io.lightflow.topology.certificate.LightRecord.Claim;
import io.lightflow.topology.certificate.LightRecord.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/**
 * Reads the identity, time and origin of light events and outputs. It uses Avro's generic reader, and shares with the
 * topologies only the decoder of numbers and strings, which withstands damaged records. Not thread-safe.
 */
final class RecordReading {
    private static final String ORIGIN = "provenance.origin";
    private static final String INVALID = "provenance.invalid";
    private static final String RULE = "provenance.trafficRule";

    private static final Map<EventType, Schema> LIGHT = Map.of(
            EventType.IMPRESSION, ProjectedSchema.of(Impression.getClassSchema(), "id", "time"),
            EventType.CLICK, ProjectedSchema.of(Click.getClassSchema(), "id", "time", "advertiserId", "impressionId"),
            EventType.CONVERSION,
                    ProjectedSchema.of(
                            Conversion.getClassSchema(), "id", "time", "advertiserId", "impressionId", "clickId"),
            EventType.TAG, ProjectedSchema.of(Tag.getClassSchema(), "id", "time"));

    /** Kinds of fingerprints, apart from those of events. */
    private static final int UNREADABLE = 16;

    private static final int JOIN_KEY = 32;

    private static final Map<String, Schema> WANTED = new HashMap<>();

    static {
        LIGHT.values().forEach(RecordReading::want);
        want(ProjectedSchema.of(
                JoinedImpression.getClassSchema(), ORIGIN, INVALID, RULE, "impression.id", "impression.time"));
        want(ProjectedSchema.of(JoinedTag.getClassSchema(), ORIGIN, INVALID, RULE, "tag.id", "tag.time"));
        want(ProjectedSchema.of(JoinedClick.getClassSchema(), ORIGIN, INVALID, RULE, "click.id", "click.time"));
        want(ProjectedSchema.of(OrphanClick.getClassSchema(), ORIGIN, INVALID, RULE, "click.id", "click.time"));
        want(ProjectedSchema.of(
                JoinedConversion.getClassSchema(),
                ORIGIN,
                INVALID,
                RULE,
                "attribution",
                "conversion.id",
                "conversion.time"));
        want(RejectedEvent.getClassSchema());
        want(Beacon.getClassSchema());
    }

    private static void want(Schema projection) {
        WANTED.put(projection.getFullName(), projection);
    }

    private final WriterSchemas schemas;
    private final long farFutureMs;
    private final SortedMap<String, EventType> lightTopics;
    private final Map<Integer, GenericDatumReader<GenericRecord>> readers = new HashMap<>();
    private final EventFingerprint.Maker fingerprints = new EventFingerprint.Maker();
    private final ArrayDecoder decoder = new ArrayDecoder();

    /**
     * @param farFuture how far an event may be stamped beyond its record
     * @param lightTopics the type of event in each topic
     */
    RecordReading(WriterSchemas schemas, Duration farFuture, SortedMap<String, EventType> lightTopics) {
        this.schemas = schemas;
        this.farFutureMs = farFuture.toMillis();
        this.lightTopics = lightTopics;
    }

    /**
     * A record of a light topic, in a front cluster or in the central one. It may be anything.
     *
     * @throws WriterSchemas.SchemasUnavailableException if the registry is unavailable
     */
    LightRecord light(EventType type, byte[] key, byte[] value, long recordMs) {
        GenericRecord record = read(value);
        if (record != null
                && record.getSchema()
                        .getFullName()
                        .equals(Beacon.getClassSchema().getFullName())) {
            long time = (long) record.get("time");
            if (isBelievable(time, recordMs)) {
                byte[] stamp = ByteBuffer.allocate(Long.BYTES).putLong(recordMs).array();
                return new LightRecord(Kind.BEACON, type, fingerprints.of(type.ordinal(), value, stamp), time, null);
            }
        } else if (record != null
                && record.getSchema().getFullName().equals(LIGHT.get(type).getFullName())) {
            String id = string(record, "id");
            long time = (long) record.get("time");
            if (!id.isEmpty() && key != null && isBelievable(time, recordMs)) {
                return new LightRecord(Kind.EVENT, type, event(type, key, id), time, claim(type, key, record));
            }
        }
        // The fingerprint of the whole record, distinct from those of events.
        return new LightRecord(
                Kind.UNREADABLE, type, fingerprints.of(UNREADABLE + type.ordinal(), key, value), recordMs, null);
    }

    private Claim claim(EventType type, byte[] key, GenericRecord record) {
        if (type == EventType.IMPRESSION || type == EventType.TAG) {
            return null;
        }
        return new Claim(
                string(record, "advertiserId"),
                fingerprints.of(JOIN_KEY, key),
                named(EventType.IMPRESSION, key, record.get("impressionId")),
                type == EventType.CLICK ? null : named(EventType.CLICK, key, record.get("clickId")));
    }

    private EventFingerprint named(EventType type, byte[] key, Object id) {
        return id == null ? null : event(type, key, id.toString());
    }

    private boolean isBelievable(long time, long recordMs) {
        return time > 0 && time - farFutureMs <= Math.max(0, recordMs);
    }

    private EventFingerprint event(EventType type, byte[] key, String id) {
        return fingerprints.of(type.ordinal(), key, id.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A record that the join emitted.
     *
     * @return null for a beacon
     * @throws IllegalStateException if it is damaged: only Lightflow writes there
     * @throws WriterSchemas.SchemasUnavailableException if the registry is unavailable
     */
    OutputRecord output(String topic, long offset, byte[] key, byte[] value) {
        GenericRecord record = read(value);
        if (record == null) {
            throw new IllegalStateException("the record at offset " + offset + " of " + topic
                    + " does not decode, or its schema is not in the registry; only Lightflow may write there");
        }
        String name = record.getSchema().getFullName();
        if (name.equals(Beacon.getClassSchema().getFullName())) {
            return null;
        }
        if (name.equals(RejectedEvent.getClassSchema().getFullName())) {
            return rejected(record);
        }
        if (name.equals(JoinedImpression.getClassSchema().getFullName())) {
            return output(record, key, EventType.IMPRESSION, "impression", Fate.JOINED);
        } else if (name.equals(JoinedTag.getClassSchema().getFullName())) {
            return output(record, key, EventType.TAG, "tag", Fate.JOINED);
        } else if (name.equals(JoinedClick.getClassSchema().getFullName())) {
            return output(record, key, EventType.CLICK, "click", Fate.JOINED);
        } else if (name.equals(OrphanClick.getClassSchema().getFullName())) {
            return output(record, key, EventType.CLICK, "click", Fate.ORPHANED);
        } else if (name.equals(JoinedConversion.getClassSchema().getFullName())) {
            boolean nobody = string(record, "attribution").equals(AttributionKind.NONE.name());
            Fate fate = nobody ? Fate.UNATTRIBUTED : Fate.JOINED;
            return output(record, key, EventType.CONVERSION, "conversion", fate);
        }
        throw new IllegalStateException("the record at offset " + offset + " of " + topic + " is a " + name
                + "; only Lightflow may write there");
    }

    private OutputRecord output(GenericRecord record, byte[] key, EventType type, String field, Fate fate) {
        GenericRecord event = (GenericRecord) record.get(field);
        GenericRecord provenance = (GenericRecord) record.get("provenance");
        GenericRecord origin = (GenericRecord) provenance.get("origin");
        return new OutputRecord(
                fate,
                type,
                string(origin, "topic"),
                (int) origin.get("incarnation"),
                (long) origin.get("offset"),
                event(type, key, string(event, "id")),
                (long) event.get("time"),
                isUnstored(provenance));
    }

    /** An output of an earlier build names no rule. */
    private static boolean isUnstored(GenericRecord provenance) {
        String rule = string(provenance, "trafficRule");
        return (boolean) provenance.get("invalid") && (rule.isEmpty() || rule.equals(TrafficRule.ROW_CAP.id()));
    }

    /** It holds the light record unchanged, so that both belong to the same hour. */
    private OutputRecord rejected(GenericRecord record) {
        GenericRecord provenance = (GenericRecord) record.get("provenance");
        GenericRecord origin = (GenericRecord) provenance.get("origin");
        String topic = string(origin, "topic");
        EventType type = lightTopics.get(topic);
        long recordMs = (long) provenance.get("producedMs");
        byte[] key = bytes((ByteBuffer) record.get("key"));
        byte[] value = bytes((ByteBuffer) record.get("value"));
        // A topic that the group no longer reads has no light records here to compare with.
        LightRecord light = light(type == null ? EventType.TAG : type, key, value, recordMs);
        return new OutputRecord(
                Fate.REJECTED,
                light.type(),
                topic,
                (int) origin.get("incarnation"),
                (long) origin.get("offset"),
                light.fingerprint(),
                light.time(),
                false);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static String string(GenericRecord record, String field) {
        return record.get(field).toString();
    }

    /** The projection of the record; null if it cannot be read. */
    private GenericRecord read(byte[] value) {
        if (!WireFormat.hasHeader(value)) {
            return null;
        }
        GenericDatumReader<GenericRecord> reader = reader(WireFormat.schemaId(value));
        if (reader == null) {
            return null;
        }
        try {
            GenericRecord record = reader.read(null, decoder.over(value, WireFormat.HEADER_BYTES));
            return decoder.isEnd() ? record : null;
        } catch (IOException | RuntimeException e) {
            // Avro throws whatever its classes run into; the record counts as unreadable, and must be rejected.
            return null;
        }
    }

    private GenericDatumReader<GenericRecord> reader(int schemaId) {
        GenericDatumReader<GenericRecord> known = readers.get(schemaId);
        if (known != null) {
            return known;
        }
        Schema writer = schemas.byId(schemaId);
        Schema wanted = writer == null ? null : WANTED.get(writer.getFullName());
        if (wanted == null) {
            return null;
        }
        GenericDatumReader<GenericRecord> fresh = new GenericDatumReader<>(writer, wanted);
        readers.put(schemaId, fresh);
        return fresh;
    }
}
