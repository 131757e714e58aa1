package io.lightflow.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.ProjectingReader.BooleanField;
import io.lightflow.event.ProjectingReader.LongField;
import io.lightflow.event.ProjectingReader.StringField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

final class ProjectingReaderTest {
    private final ProjectingReader.Builder fields =
            ProjectingReader.builder(JoinedImpression.getClassSchema(), StringDecoder.interning());
    private final BodyReader<SpecificRecord> whole = new BodyReader<>(JoinedImpression.getClassSchema());
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @Test
    void itReadsWhatTheWholeRecordHas() throws IOException {
        BooleanField derived = fields.bool("impression.derived");
        StringField id = fields.string("impression.id");
        BooleanField late = fields.bool("provenance.late");
        LongField priceMicros = fields.integer("impression.priceMicros");
        LongField incarnation = fields.integer("provenance.origin.incarnation");
        ProjectingReader reader = fields.build();
        for (int i = 0; i < 1_000; i++) {
            JoinedImpression record = impression();
            ArrayDecoder decoder = new ArrayDecoder().over(new BodyEncoder().encode(record), 0);

            reader.read(decoder);

            assertThat(decoder.isEnd()).isTrue();
            assertThat(derived.get()).isEqualTo(record.getImpression().getDerived());
            assertThat(id.get())
                    .as("seed %d", seed)
                    .isEqualTo(record.getImpression().getId());
            assertThat(late.get()).isEqualTo(record.getProvenance().getLate());
            assertThat(priceMicros.get()).isEqualTo(record.getImpression().getPriceMicros());
            assertThat(incarnation.get())
                    .isEqualTo(record.getProvenance().getOrigin().getIncarnation());
        }
    }

    @Test
    void itRejectsTheBodiesThatTheWholeRecordsReaderRejects() {
        fields.string("impression.id");
        fields.integer("impression.time");
        ProjectingReader reader = fields.build();
        int rejected = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] body = new BodyEncoder().encode(impression());
            if (random.nextBoolean()) {
                body = Arrays.copyOf(body, random.nextInt(body.length));
            } else {
                body[random.nextInt(body.length)] = (byte) random.nextInt();
            }
            boolean read = isRead(reader::read, body);
            assertThat(read).as("seed %d, body %d", seed, i).isEqualTo(isRead(whole::read, body));
            rejected += read ? 0 : 1;
        }
        assertThat(rejected).as("seed %d", seed).isGreaterThan(1_000);
    }

    @Test
    void fieldsOfOtherTypesAreSteppedOver() throws IOException {
        Schema schema = SchemaBuilder.record("Mixed")
                .fields()
                .optionalString("note")
                .requiredDouble("ratio")
                .name("kind")
                .type()
                .enumeration("Kind")
                .symbols("A", "B")
                .noDefault()
                .name("tags")
                .type()
                .array()
                .items()
                .stringType()
                .noDefault()
                .requiredString("id")
                .endRecord();
        GenericRecord record = new GenericData.Record(schema);
        record.put("note", "n");
        record.put("ratio", 0.5);
        record.put("kind", new GenericData.EnumSymbol(schema.getField("kind").schema(), "B"));
        record.put("tags", java.util.List.of("x", "y"));
        record.put("id", "i-1");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
        encoder.flush();
        ProjectingReader.Builder mixed = ProjectingReader.builder(schema, StringDecoder.PLAIN);
        StringField id = mixed.string("id");

        ArrayDecoder decoder = new ArrayDecoder().over(bytes.toByteArray(), 0);
        mixed.build().read(decoder);

        assertThat(id.get()).isEqualTo("i-1");
        assertThat(decoder.isEnd()).isTrue();
    }

    @Test
    void equalStringsAreOneInstance() {
        StringDecoder strings = StringDecoder.interning();
        byte[] bytes = "xyz xyz".getBytes(StandardCharsets.UTF_8);

        assertThat(strings.decode(bytes, 0, 3)).isEqualTo("xyz").isSameAs(strings.decode(bytes, 4, 3));
        assertThat(strings.decode(bytes, 1, 2)).isEqualTo("yz");
    }

    @Test
    void aMissingFieldIsNamed() {
        assertThatThrownBy(() -> fields.string("impression.campaign"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected field impression.campaign of type string in record"
                        + " io.lightflow.event.JoinedImpression, found no such field");
    }

    @Test
    void aFieldOfAnotherTypeIsNamedWithItsType() {
        assertThatThrownBy(() -> fields.string("impression.time"))
                .hasMessage("expected field impression.time of type string in record"
                        + " io.lightflow.event.JoinedImpression, found type long");
        assertThatThrownBy(() -> fields.integer("impression.id"))
                .hasMessageContaining("of type long or int")
                .hasMessageEndingWith("found type string");
        assertThatThrownBy(() -> fields.bool("provenance.origin")).hasMessageEndingWith("found a nested record");
    }

    private JoinedImpression impression() {
        EventOrigin origin = EventOrigin.newBuilder()
                .setTopic(string())
                .setIncarnation(random.nextInt())
                .setPartition(random.nextInt())
                .setOffset(random.nextLong())
                .build();
        Provenance provenance = Provenance.newBuilder()
                .setOrigin(origin)
                .setTxid(random.nextLong())
                .setProducedMs(random.nextLong())
                .setReadMs(random.nextLong())
                .setLate(random.nextBoolean())
                .setInvalid(random.nextBoolean())
                .build();
        Impression impression = new Impression();
        for (Schema.Field field : impression.getSchema().getFields()) {
            Object value =
                    switch (field.schema().getType()) {
                        case STRING -> string();
                        case LONG -> random.nextLong();
                        case BOOLEAN -> random.nextBoolean();
                        default -> impression.getSpecificData().getDefaultValue(field);
                    };
            impression.put(field.pos(), value);
        }
        return JoinedImpression.newBuilder()
                .setProvenance(provenance)
                .setImpression(impression)
                .build();
    }

    private String string() {
        return random.ints(random.nextInt(30), 'a', 'é')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private interface Reading {
        void read(ArrayDecoder decoder) throws IOException;
    }

    private static boolean isRead(Reading reading, byte[] body) {
        ArrayDecoder decoder = new ArrayDecoder().over(body, 0);
        try {
            reading.read(decoder);
            return decoder.isEnd();
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}
