package io.lightflow.event;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;

/**
 * Encodes the outputs of the join. It splices in the bodies of light events as they were read and never encodes them
 * again. The fields around them are written by hand, so the constructor compares them with the schemas. Join keys are
 * given as UTF-8 and are not copied. Not thread-safe.
 */
public final class OutputEncoder {
    private final AvroBuffer buffer = new AvroBuffer();
    private final Map<String, byte[]> topicNames = new HashMap<>();
    private final SchemaIds ids;
    private final int impression;
    private final int click;
    private final int conversion;
    private final int tag;
    private final int orphan;
    private final int rejected;
    private final int beacon;

    /** @throws IllegalArgumentException if an id is missing, or this class writes other fields than a schema has */
    public OutputEncoder(SchemaIds ids) {
        requireFields(EventOrigin.getClassSchema(), "topic string, incarnation int, partition int, offset long");
        requireFields(
                Provenance.getClassSchema(),
                "origin EventOrigin, txid long, producedMs long, readMs long, late boolean, invalid boolean");
        requireFields(JoinedImpression.getClassSchema(), "provenance Provenance, impression Impression");
        requireFields(
                JoinedClick.getClassSchema(),
                "provenance Provenance, impressionOrigin EventOrigin, click Click, impression Impression");
        requireFields(
                JoinedConversion.getClassSchema(),
                "provenance Provenance, clickOrigin null|EventOrigin, impressionOrigin null|EventOrigin,"
                        + " conversion Conversion, attribution AttributionKind, clickNumber int, click null|Click,"
                        + " impression null|Impression");
        requireFields(JoinedTag.getClassSchema(), "provenance Provenance, tag Tag");
        requireFields(OrphanClick.getClassSchema(), "provenance Provenance, click Click");
        requireFields(
                RejectedEvent.getClassSchema(),
                "provenance Provenance, reason string, key null|bytes, value null|bytes");
        requireFields(Beacon.getClassSchema(), "time long, dc string");
        this.ids = ids;
        impression = ids.of(JoinedImpression.getClassSchema());
        click = ids.of(JoinedClick.getClassSchema());
        conversion = ids.of(JoinedConversion.getClassSchema());
        tag = ids.of(JoinedTag.getClassSchema());
        orphan = ids.of(OrphanClick.getClassSchema());
        rejected = ids.of(RejectedEvent.getClassSchema());
        beacon = ids.of(Beacon.getClassSchema());
    }

    static void requireFields(Schema schema, String written) {
        String found = schema.getFields().stream()
                .map(field -> field.name() + " " + typeName(field.schema()))
                .collect(Collectors.joining(", "));
        if (!found.equals(written)) {
            throw new IllegalArgumentException("expected the fields of " + schema.getFullName()
                    + " that OutputEncoder writes, which are [" + written + "], found [" + found + "]");
        }
    }

    private static String typeName(Schema type) {
        return type.isUnion()
                ? type.getTypes().stream().map(Schema::getName).collect(Collectors.joining("|"))
                : type.getName();
    }

    /** Where an event was read: the name of its topic, its shard and its origin. */
    public record EventSource(String topic, int shard, Origin origin) {}

    /** The fields of {@link Provenance}. */
    public record Trace(EventSource source, long txid, long producedMs, long readMs, boolean late, boolean invalid) {}

    public OutputEvent impression(byte[] joinKey, Trace trace, byte[] impressionBody) {
        writeTrace(buffer.start(impression), trace).splice(impressionBody);
        return output(OutputTopic.IMPRESSIONS, joinKey);
    }

    public OutputEvent tag(byte[] joinKey, Trace trace, byte[] tagBody) {
        writeTrace(buffer.start(tag), trace).splice(tagBody);
        return output(OutputTopic.TAGS, joinKey);
    }

    public OutputEvent click(
            byte[] joinKey, Trace trace, EventSource impressionSource, byte[] clickBody, byte[] impressionBody) {
        writeSource(writeTrace(buffer.start(click), trace), impressionSource)
                .splice(clickBody)
                .splice(impressionBody);
        return output(OutputTopic.CLICKS, joinKey);
    }

    public OutputEvent orphan(byte[] joinKey, Trace trace, byte[] clickBody) {
        writeTrace(buffer.start(orphan), trace).splice(clickBody);
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
        return new OutputEvent(OutputTopic.REJECTED, rejection.key(), buffer.toBytes());
    }

    /** Tells the readers of a joined topic that all events up to {@code time} have been emitted. */
    public OutputEvent beacon(OutputTopic topic, String group, long time) {
        buffer.start(beacon).writeLong(time).writeString(group);
        return new OutputEvent(topic, null, buffer.toBytes());
    }

    private OutputEvent output(OutputTopic topic, byte[] joinKey) {
        return new OutputEvent(topic, joinKey, buffer.toBytes());
    }

    private AvroBuffer writeTrace(AvroBuffer to, Trace trace) {
        return writeSource(to, trace.source())
                .writeLong(trace.txid())
                .writeLong(trace.producedMs())
                .writeLong(trace.readMs())
                .writeBoolean(trace.late())
                .writeBoolean(trace.invalid());
    }

    private AvroBuffer writeSource(AvroBuffer to, EventSource source) {
        byte[] topic = topicNames.computeIfAbsent(source.topic(), name -> name.getBytes(StandardCharsets.UTF_8));
        return to.writeBytes(topic)
                .writeLong(source.origin().incarnation())
                .writeLong(source.shard())
                .writeLong(source.origin().offset());
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
