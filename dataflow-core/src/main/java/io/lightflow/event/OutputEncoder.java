package io.lightflow.event;

import io.lightflow.position.Origin;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Encodes what the join puts out. The light events inside are spliced in as they were read, never encoded again. Not
 * thread-safe. Join keys are given as UTF-8, and are not copied.
 */
public final class OutputEncoder {
    private final AvroBuffer buffer = new AvroBuffer();
    private final Map<String, byte[]> topicNames = new HashMap<>();
    private final int impression;
    private final int click;
    private final int conversion;
    private final int tag;
    private final int orphan;
    private final int rejected;
    private final int beacon;

    public OutputEncoder(SchemaIds ids) {
        impression = ids.of(JoinedImpression.getClassSchema());
        click = ids.of(JoinedClick.getClassSchema());
        conversion = ids.of(JoinedConversion.getClassSchema());
        tag = ids.of(JoinedTag.getClassSchema());
        orphan = ids.of(OrphanClick.getClassSchema());
        rejected = ids.of(RejectedEvent.getClassSchema());
        beacon = ids.of(Beacon.getClassSchema());
    }

    /** Where an event was read: its topic's name, its shard and its origin there. */
    public record Place(String topic, int shard, Origin origin) {}

    /** The fields of {@link Provenance}. */
    public record Trace(Place place, long txid, long producedMs, long readMs, boolean late, boolean invalid) {}

    public OutputEvent impression(byte[] joinKey, Trace trace, byte[] impressionBody) {
        writeTrace(buffer.start(impression), trace).splice(impressionBody);
        return output(OutputTopic.IMPRESSIONS, joinKey);
    }

    public OutputEvent tag(byte[] joinKey, Trace trace, byte[] tagBody) {
        writeTrace(buffer.start(tag), trace).splice(tagBody);
        return output(OutputTopic.TAGS, joinKey);
    }

    public OutputEvent click(
            byte[] joinKey, Trace trace, Place impressionPlace, byte[] clickBody, byte[] impressionBody) {
        writePlace(writeTrace(buffer.start(click), trace), impressionPlace)
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
     * @param clickPlace null without a click, as is {@code clickBody}
     * @param impressionPlace null if unattributed, as is {@code impressionBody}
     */
    public OutputEvent conversion(
            byte[] joinKey,
            Trace trace,
            byte[] conversionBody,
            AttributionKind attribution,
            int clickNumber,
            Place clickPlace,
            byte[] clickBody,
            Place impressionPlace,
            byte[] impressionBody) {
        writeTrace(buffer.start(conversion), trace);
        writeOptionalPlace(clickPlace);
        writeOptionalPlace(impressionPlace);
        buffer.splice(conversionBody).writeLong(attribution.ordinal()).writeLong(clickNumber);
        writeOptionalBody(clickBody);
        writeOptionalBody(impressionBody);
        return output(OutputTopic.CONVERSIONS, joinKey);
    }

    public OutputEvent rejected(Trace trace, Rejection rejection) {
        writeTrace(buffer.start(rejected), trace).writeString(rejection.reason());
        writeOptionalBytes(rejection.key());
        writeOptionalBytes(rejection.value());
        return new OutputEvent(OutputTopic.REJECTED, rejection.key(), buffer.toBytes());
    }

    /** Tells the readers of a joined topic that everything up to {@code time} has been put out. */
    public OutputEvent beacon(OutputTopic topic, String group, long time) {
        buffer.start(beacon).writeLong(time).writeString(group);
        return new OutputEvent(topic, null, buffer.toBytes());
    }

    private OutputEvent output(OutputTopic topic, byte[] joinKey) {
        return new OutputEvent(topic, joinKey, buffer.toBytes());
    }

    private AvroBuffer writeTrace(AvroBuffer to, Trace trace) {
        return writePlace(to, trace.place())
                .writeLong(trace.txid())
                .writeLong(trace.producedMs())
                .writeLong(trace.readMs())
                .writeBoolean(trace.late())
                .writeBoolean(trace.invalid());
    }

    private AvroBuffer writePlace(AvroBuffer to, Place place) {
        byte[] topic = topicNames.computeIfAbsent(place.topic(), name -> name.getBytes(StandardCharsets.UTF_8));
        return to.writeBytes(topic)
                .writeLong(place.origin().incarnation())
                .writeLong(place.shard())
                .writeLong(place.origin().offset());
    }

    private void writeOptionalPlace(Place place) {
        buffer.writeLong(place == null ? 0 : 1);
        if (place != null) {
            writePlace(buffer, place);
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
