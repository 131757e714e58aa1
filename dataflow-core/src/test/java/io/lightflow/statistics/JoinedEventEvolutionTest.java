package io.lightflow.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.AttributionKind;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.JoinedImpression;
import io.lightflow.event.Provenance;
import io.lightflow.event.WireFormat;
import io.lightflow.invariant.EvolvedSchemas;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TestSchemas;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** During an upgrade, the joined topics hold records of a newer or an older build, whose nested events differ. */
class JoinedEventEvolutionTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final EventOrigin ORIGIN = EventOrigin.newBuilder()
            .setTopic("us-east.impressions")
            .setIncarnation(7)
            .setPartition(0)
            .setOffset(11)
            .build();
    private static final Provenance PROVENANCE = Provenance.newBuilder()
            .setOrigin(ORIGIN)
            .setTxid(1)
            .setProducedMs(NOW)
            .setReadMs(NOW)
            .setLate(false)
            .setInvalid(false)
            .build();
    private static final Impression IMPRESSION =
            (Impression) SampleEvent.impression("cookie", "i", NOW, "acme").record();
    private static final Click CLICK =
            (Click) SampleEvent.click("cookie", "c", NOW, "acme", "i").record();
    private static final Conversion CONVERSION = (Conversion)
            SampleEvent.conversion("cookie", "v", NOW, "acme", null, null).record();

    private final TestSchemas schemas = new TestSchemas();
    private final JoinedEventDecoder decoder = new JoinedEventDecoder(schemas);

    /** A build with other schemas of the nested events. */
    enum Other {
        NEWER(EvolvedSchemas::withMoreFields),
        OLDER(schema -> EvolvedSchemas.without(schema, Set.of("city", "ip", "userAgent", "kind", "landingPage"))),
        REORDERED(EvolvedSchemas::withReversedFields);

        private final UnaryOperator<Schema> change;

        Other(UnaryOperator<Schema> change) {
            this.change = change;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aJoinedImpressionOfAnotherBuildCounts(Other other) throws IOException {
        assertCountsAlike(other, EventType.IMPRESSION, joinedImpression());
    }

    @ParameterizedTest
    @EnumSource
    void aJoinedClickOfAnotherBuildCounts(Other other) throws IOException {
        JoinedClick joined = JoinedClick.newBuilder()
                .setProvenance(PROVENANCE)
                .setImpressionOrigin(ORIGIN)
                .setClick(CLICK)
                .setImpression(IMPRESSION)
                .build();
        assertCountsAlike(other, EventType.CLICK, joined);
    }

    @ParameterizedTest
    @EnumSource
    void aJoinedConversionOfAnotherBuildCounts(Other other) throws IOException {
        JoinedConversion joined = JoinedConversion.newBuilder()
                .setProvenance(PROVENANCE)
                .setClickOrigin(ORIGIN)
                .setImpressionOrigin(ORIGIN)
                .setConversion(CONVERSION)
                .setAttribution(AttributionKind.CLICK)
                .setClickNumber(1)
                .setClick(CLICK)
                .setImpression(IMPRESSION)
                .build();
        assertCountsAlike(other, EventType.CONVERSION, joined);
    }

    private static JoinedImpression joinedImpression() {
        return JoinedImpression.newBuilder()
                .setProvenance(PROVENANCE)
                .setImpression(IMPRESSION)
                .build();
    }

    @Test
    void aRecordWithoutAFieldThatThisBuildNeedsStopsTheShard() {
        Schema without = evolved(
                JoinedImpression.getClassSchema(), schema -> EvolvedSchemas.without(schema, Set.of("priceMicros")));
        assertThatThrownBy(() -> decode(EventType.IMPRESSION, without, joinedImpression()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("its body does not decode");
    }

    private void assertCountsAlike(Other other, EventType type, SpecificRecord record) throws IOException {
        Schema schema = evolved(record.getSchema(), other.change);
        assertThat(schema).isNotEqualTo(record.getSchema());
        assertThat(decode(type, schema, record)).isEqualTo(decode(type, record.getSchema(), record));
    }

    private Object decode(EventType type, Schema writer, SpecificRecord record) throws IOException {
        byte[] value = WireFormat.value(schemas.register(writer), resolved(record, writer));
        return decoder.decode(type, "us.joined." + type.plural(), 5, value);
    }

    private static byte[] resolved(SpecificRecord record, Schema to) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new SpecificDatumWriter<SpecificRecord>(record.getSchema()).write(record, encoder);
        encoder.flush();
        Object generic = new GenericDatumReader<>(record.getSchema(), to)
                .read(null, DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null));
        bytes.reset();
        new GenericDatumWriter<>(to).write(generic, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    /** The schema with its nested events changed. */
    private static Schema evolved(Schema joined, UnaryOperator<Schema> change) {
        Schema impression = change.apply(Impression.getClassSchema());
        Schema click = change.apply(Click.getClassSchema());
        Schema conversion = change.apply(Conversion.getClassSchema());
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : joined.getFields()) {
            fields.add(new Schema.Field(
                    field.name(),
                    nested(field.schema(), List.of(impression, click, conversion)),
                    field.doc(),
                    field.hasDefaultValue() ? field.defaultVal() : null));
        }
        return Schema.createRecord(joined.getName(), null, joined.getNamespace(), false, fields);
    }

    private static Schema nested(Schema type, List<Schema> events) {
        if (type.isUnion()) {
            return Schema.createUnion(type.getTypes().stream()
                    .map(branch -> nested(branch, events))
                    .toList());
        }
        return events.stream()
                .filter(event -> event.getFullName().equals(type.getFullName()))
                .findFirst()
                .orElse(type);
    }
}
