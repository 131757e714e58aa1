package io.lightflow.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TestSchemas;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** Writers may be older or newer than this build. Events inside joined events always have this build's schema. */
class SchemaEvolutionTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final Impression IMPRESSION =
            (Impression) SampleEvent.impression("cookie", "é-1", NOW, "acme").record();

    private final TestSchemas schemas = new TestSchemas();
    private final LightEventDecoder decoder = new LightEventDecoder(schemas, Duration.ofDays(1));

    @Test
    void anOlderWriterLeavesFieldsAtTheirDefaults() throws IOException {
        Schema older = without(Impression.getClassSchema(), Set.of("country", "city", "derived", "exchange"));
        LightEvent event = decoded(older, IMPRESSION);
        assertThat(event.record()).isEqualTo(IMPRESSION);
        assertThat(event.body()).isEqualTo(new BodyEncoder().encode(IMPRESSION));
    }

    @Test
    void fieldsOfANewerWriterAreSteppedOver() throws IOException {
        Schema newer = with(
                Impression.getClassSchema(),
                new Schema.Field("addedRatio", Schema.create(Schema.Type.DOUBLE), null, 0.5),
                new Schema.Field("ratio", Schema.create(Schema.Type.FLOAT), null, 0.5f),
                new Schema.Field("segments", Schema.createArray(Schema.create(Schema.Type.STRING)), null, List.of()),
                new Schema.Field("extra", Schema.createMap(Schema.create(Schema.Type.LONG)), null, Map.of()),
                new Schema.Field("raw", Schema.create(Schema.Type.BYTES), null, null),
                new Schema.Field("hash", Schema.createFixed("Hash", null, "io.lightflow", 4), null, null));
        GenericRecord record = generic(newer, IMPRESSION);
        record.put("addedRatio", 0.7);
        record.put("ratio", 0.1f);
        record.put("segments", List.of("a", "b"));
        record.put("extra", Map.of("x", 1L));
        record.put("raw", java.nio.ByteBuffer.wrap(new byte[] {1, 2}));
        record.put("hash", new GenericData.Fixed(newer.getField("hash").schema(), new byte[] {1, 2, 3, 4}));
        LightEvent event = decoded(newer, record);
        assertThat(event.record()).isEqualTo(IMPRESSION);
        assertThat(event.body()).isEqualTo(new BodyEncoder().encode(IMPRESSION));
    }

    @Test
    void fieldsInAnotherOrderArePutIntoTheirPlaces() throws IOException {
        List<Schema.Field> reversed = new ArrayList<>();
        for (Schema.Field field : Impression.getClassSchema().getFields()) {
            reversed.add(0, new Schema.Field(field, field.schema()));
        }
        Schema other = Schema.createRecord("Impression", null, "io.lightflow.event", false, reversed);
        LightEvent event = decoded(other, IMPRESSION);
        assertThat(event.record()).isEqualTo(IMPRESSION);
        assertThat(event.body()).isEqualTo(new BodyEncoder().encode(IMPRESSION));
    }

    @Test
    void aSmallerNumberIsWidened() throws IOException {
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : Impression.getClassSchema().getFields()) {
            fields.add(
                    field.name().equals("priceMicros")
                            ? new Schema.Field("priceMicros", Schema.create(Schema.Type.INT))
                            : new Schema.Field(field, field.schema()));
        }
        Schema other = Schema.createRecord("Impression", null, "io.lightflow.event", false, fields);
        GenericRecord record = generic(other, IMPRESSION);
        record.put("priceMicros", 4711);
        assertThat(((Impression) decoded(other, record).record()).getPriceMicros())
                .isEqualTo(4711);
    }

    @Test
    void aWriterWithoutAFieldThatHasNoDefaultIsRejected() throws IOException {
        Schema incompatible = without(Impression.getClassSchema(), Set.of("campaignId"));
        BlockEntry entry = decode(incompatible, generic(incompatible, IMPRESSION));
        assertThat(entry).isInstanceOf(Rejection.class);
        assertThat(((Rejection) entry).reason()).contains("campaignId");
    }

    /** The registry returns schemas as the writer registered them. Docs and Java hints make no difference. */
    @Test
    void aSchemaThatDiffersInWordsOnlyIsReadAsItsOwn() throws IOException {
        Schema plain = new Schema.Parser()
                .parse(Impression.getClassSchema()
                        .toString()
                        .replace("{\"type\":\"string\",\"avro.java.string\":\"String\"}", "\"string\"")
                        .replace("What was paid", "The price"));
        assertThat(plain).isNotEqualTo(Impression.getClassSchema());
        byte[] value = encode(plain, generic(plain, IMPRESSION), schemas.register(plain));
        LightEvent event = (LightEvent) decoder.decode(EventType.IMPRESSION, key(), value, 1, 0, NOW);
        assertThat(event.record()).isEqualTo(IMPRESSION);
        assertThat(event.body()).isEqualTo(new BodyEncoder().encode(IMPRESSION));
    }

    @Test
    void aBeaconOfAnotherVersionIsABeacon() throws IOException {
        Schema newer =
                with(Beacon.getClassSchema(), new Schema.Field("host", Schema.create(Schema.Type.STRING), null, ""));
        GenericRecord beacon = new GenericData.Record(newer);
        beacon.put("time", NOW);
        beacon.put("dc", "eu");
        beacon.put("host", "a");
        beacon.put("producer", "web-1");
        assertThat(decode(newer, beacon)).isEqualTo(new BeaconMark(0, NOW, "web-1"));
    }

    @Test
    void aBeaconOfAnEarlierVersionNamesNoProducer() throws IOException {
        Schema older = without(Beacon.getClassSchema(), Set.of("producer"));
        GenericRecord beacon = new GenericData.Record(older);
        beacon.put("time", NOW);
        beacon.put("dc", "eu");
        assertThat(decode(older, beacon)).isEqualTo(new BeaconMark(0, NOW));
    }

    private LightEvent decoded(Schema writer, Impression impression) throws IOException {
        return decoded(writer, generic(writer, impression));
    }

    private LightEvent decoded(Schema writer, GenericRecord record) throws IOException {
        return (LightEvent) decode(writer, record);
    }

    private BlockEntry decode(Schema writer, GenericRecord record) throws IOException {
        byte[] value = encode(writer, record, schemas.register(writer));
        return decoder.decode(EventType.IMPRESSION, key(), value, 1, 0, NOW);
    }

    private static byte[] key() {
        return "cookie".getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] encode(Schema writer, GenericRecord record, int id) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] header = new byte[WireFormat.HEADER_BYTES];
        WireFormat.writeHeader(header, id);
        bytes.writeBytes(header);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(writer).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static GenericRecord generic(Schema schema, Impression impression) {
        GenericRecord record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) {
            if (impression.getSchema().getField(field.name()) != null) {
                record.put(field.name(), impression.get(field.name()));
            }
        }
        return record;
    }

    private static Schema without(Schema schema, Set<String> left) {
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            if (!left.contains(field.name())) {
                fields.add(new Schema.Field(field, field.schema()));
            }
        }
        return Schema.createRecord(schema.getName(), null, schema.getNamespace(), false, fields);
    }

    private static Schema with(Schema schema, Schema.Field... more) {
        List<Schema.Field> fields = new ArrayList<>();
        // Between the known fields, so that skipping must be exact.
        fields.add(new Schema.Field(
                schema.getFields().get(0), schema.getFields().get(0).schema()));
        fields.addAll(List.of(more));
        Set<String> first = new HashSet<>(Set.of(schema.getFields().get(0).name()));
        for (Schema.Field field : schema.getFields()) {
            if (first.add(field.name())) {
                fields.add(new Schema.Field(field, field.schema()));
            }
        }
        return Schema.createRecord(schema.getName(), null, schema.getNamespace(), false, fields);
    }
}
