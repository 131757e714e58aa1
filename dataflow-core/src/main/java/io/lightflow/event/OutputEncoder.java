package io.lightflow.event;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Encodes the outputs of the join. It splices in the bodies of light events as they were read and never encodes them
 * again. The fields around them are written by hand, so the constructor compares them with the schemas. Join keys are
 * given as UTF-8 and are not copied. Further fields at the end of a schema get their defaults. Not thread-safe.
 */
public final class OutputEncoder {
    private static final byte[] NO_RULE = {};

    private final AvroBuffer buffer = new AvroBuffer();
    private final Map<String, byte[]> topicNames = new HashMap<>();
    private final SchemaIds ids;
    private final byte[] afterOrigin;
    private final byte[] afterProvenance;
    private final byte[] afterImpression;
    private final byte[] afterClick;
    private final byte[] afterConversion;
    private final byte[] afterTag;
    private final byte[] afterOrphan;
    private final byte[] afterRejected;
    private final byte[] afterBeacon;
    private final int impression;
    private final int click;
    private final int conversion;
    private final int tag;
    private final int orphan;
    private final int rejected;
    private final int beacon;

    /** @throws IllegalArgumentException if an id is missing, or this class writes other fields than a schema has */
    public OutputEncoder(SchemaIds ids) {
        afterOrigin = defaultsAfter(
                EventOrigin.getClassSchema(), "topic string, incarnation int, partition int, offset long");
        afterProvenance = defaultsAfter(
                Provenance.getClassSchema(),
                "origin EventOrigin, txid long, producedMs long, readMs long, late boolean, invalid boolean,"
                        + " trafficRule string, trafficVersion int");
        afterImpression =
                defaultsAfter(JoinedImpression.getClassSchema(), "provenance Provenance, impression Impression");
        afterClick = defaultsAfter(
                JoinedClick.getClassSchema(),
                "provenance Provenance, impressionOrigin EventOrigin, click Click, impression Impression");
        afterConversion = defaultsAfter(
                JoinedConversion.getClassSchema(),
                "provenance Provenance, clickOrigin null|EventOrigin, impressionOrigin null|EventOrigin,"
                        + " conversion Conversion, attribution AttributionKind, clickNumber int, click null|Click,"
                        + " impression null|Impression");
        afterTag = defaultsAfter(JoinedTag.getClassSchema(), "provenance Provenance, tag Tag");
        afterOrphan = defaultsAfter(OrphanClick.getClassSchema(), "provenance Provenance, click Click");
        afterRejected = defaultsAfter(
                RejectedEvent.getClassSchema(),
                "provenance Provenance, reason string, key null|bytes, value null|bytes");
        afterBeacon = defaultsAfter(Beacon.getClassSchema(), "time long, dc string");
        this.ids = ids;
        impression = ids.of(JoinedImpression.getClassSchema());
        click = ids.of(JoinedClick.getClassSchema());
        conversion = ids.of(JoinedConversion.getClassSchema());
        tag = ids.of(JoinedTag.getClassSchema());
        orphan = ids.of(OrphanClick.getClassSchema());
        rejected = ids.of(RejectedEvent.getClassSchema());
        beacon = ids.of(Beacon.getClassSchema());
    }

    /**
     * Compares the first fields of a schema with those that this class writes.
     *
     * @return the encoded defaults of the fields behind them
     * @throws IllegalArgumentException if the schema begins with other fields, or one behind them has no default
     */
    static byte[] defaultsAfter(Schema schema, String written) {
        int count = written.split(", ").length;
        List<Schema.Field> fields = schema.getFields();
        List<Schema.Field> further = fields.subList(Math.min(count, fields.size()), fields.size());
        String first = names(fields.subList(0, fields.size() - further.size()));
        if (!first.equals(written) || !further.stream().allMatch(Schema.Field::hasDefaultValue)) {
            throw new IllegalArgumentException("expected the fields of " + schema.getFullName()
                    + " that OutputEncoder writes, which are [" + written + "], and fields with defaults behind them,"
                    + " found [" + names(fields) + "]");
        }
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            for (Schema.Field field : further) {
                new GenericDatumWriter<>(field.schema()).write(GenericData.get().getDefaultValue(field), encoder);
            }
            encoder.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("encoding the defaults of " + schema.getFullName() + " in memory failed", e);
        }
    }

    private static String names(List<Schema.Field> fields) {
        return fields.stream()
                .map(field -> field.name() + " " + typeName(field.schema()))
                .collect(Collectors.joining(", "));
    }

    private static String typeName(Schema type) {
        return type.isUnion()
                ? type.getTypes().stream().map(Schema::getName).collect(Collectors.joining("|"))
                : type.getName();
    }

    /** Where an event was read: the name of its topic, its shard and its origin. */
    public record EventSource(String topic, int shard, Origin origin) {}

    /** The fields of {@link Provenance}. */
    public record Trace(
            EventSource source, long txid, long producedMs, long readMs, boolean late, TrafficVerdict traffic) {}

    public OutputEvent impression(byte[] joinKey, Trace trace, byte[] impressionBody) {
        writeTrace(buffer.start(impression), trace).splice(impressionBody).splice(afterImpression);
        return output(OutputTopic.IMPRESSIONS, joinKey);
    }

    public OutputEvent tag(byte[] joinKey, Trace trace, byte[] tagBody) {
        writeTrace(buffer.start(tag), trace).splice(tagBody).splice(afterTag);
        return output(OutputTopic.TAGS, joinKey);
    }

    public OutputEvent click(
            byte[] joinKey, Trace trace, EventSource impressionSource, byte[] clickBody, byte[] impressionBody) {
        writeSource(writeTrace(buffer.start(click), trace), impressionSource)
                .splice(clickBody)
                .splice(impressionBody)
                .splice(afterClick);
        return output(OutputTopic.CLICKS, joinKey);
    }

    public OutputEvent orphan(byte[] joinKey, Trace trace, byte[] clickBody) {
        writeTrace(buffer.start(orphan), trace).splice(clickBody).splice(afterOrphan);
        return output(OutputTopic.ORPHANS, joinKey);
    }

    /**
     * @param clickNumber as in {@link JoinedConversion}
     * @param clickSource null without a click, as is {@code clickBody}
     * @param impressionSource null if unattributed, as is {@code impressionBody}
     */
    public OutputEvent conversion(
            byte[] joinKey,
            Trace trace,
            byte[] conversionBody,
            AttributionKind attribution,
            int clickNumber,
            EventSource clickSource,
            byte[] clickBody,
            EventSource impressionSource,
            byte[] impressionBody) {
        writeTrace(buffer.start(conversion), trace);
        writeOptionalSource(clickSource);
        writeOptionalSource(impressionSource);
        buffer.splice(conversionBody).writeLong(attribution.ordinal()).writeLong(clickNumber);
        writeOptionalBody(clickBody);
        writeOptionalBody(impressionBody);
        buffer.splice(afterConversion);
        return output(OutputTopic.CONVERSIONS, joinKey);
    }

    /** Rejects a decoded event: its value is encoded with the compiled schema. */
    public Rejection setAside(LightEvent event, String reason) {
        byte[] value = new byte[WireFormat.HEADER_BYTES + event.body().length];
        WireFormat.writeHeader(value, ids.of(LightEventDecoder.compiled(event.type())));
        System.arraycopy(event.body(), 0, value, WireFormat.HEADER_BYTES, event.body().length);
        byte[] key = event.joinKey().getBytes(StandardCharsets.UTF_8);
        return new Rejection(event.offset(), key, value, reason, event.producedMs());
    }

    public OutputEvent rejected(Trace trace, Rejection rejection) {
        writeTrace(buffer.start(rejected), trace).writeString(rejection.reason());
        writeOptionalBytes(rejection.key());
        writeOptionalBytes(rejection.value());
        buffer.splice(afterRejected);
        return new OutputEvent(OutputTopic.REJECTED, rejection.key(), buffer.toBytes());
    }

    /** Tells the readers of a joined topic that all events up to {@code time} have been emitted. */
    public OutputEvent beacon(OutputTopic topic, String group, long time) {
        buffer.start(beacon).writeLong(time).writeString(group).splice(afterBeacon);
        return new OutputEvent(topic, null, buffer.toBytes());
    }

    private OutputEvent output(OutputTopic topic, byte[] joinKey) {
        return new OutputEvent(topic, joinKey, buffer.toBytes());
    }

    private AvroBuffer writeTrace(AvroBuffer to, Trace trace) {
        TrafficVerdict traffic = trace.traffic();
        return writeSource(to, trace.source())
                .writeLong(trace.txid())
                .writeLong(trace.producedMs())
                .writeLong(trace.readMs())
                .writeBoolean(trace.late())
                .writeBoolean(traffic.isInvalid())
                .writeBytes(traffic.rule() == null ? NO_RULE : traffic.rule().utf8())
                .writeLong(traffic.version())
                .splice(afterProvenance);
    }

    private AvroBuffer writeSource(AvroBuffer to, EventSource source) {
        byte[] topic = topicNames.computeIfAbsent(source.topic(), name -> name.getBytes(StandardCharsets.UTF_8));
        return to.writeBytes(topic)
                .writeLong(source.origin().incarnation())
                .writeLong(source.shard())
                .writeLong(source.origin().offset())
                .splice(afterOrigin);
    }

    private void writeOptionalSource(EventSource source) {
        buffer.writeLong(source == null ? 0 : 1);
        if (source != null) {
            writeSource(buffer, source);
        }
    }

    private void writeOptionalBody(byte[] body) {
        buffer.writeLong(body == null ? 0 : 1);
        if (body != null) {
            buffer.splice(body);
        }
    }

    private void writeOptionalBytes(byte[] bytes) {
        buffer.writeLong(bytes == null ? 0 : 1);
        if (bytes != null) {
            buffer.writeBytes(bytes);
        }
    }
}
