package io.lightflow.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.OutputEncoder.EventSource;
import io.lightflow.event.OutputEncoder.Trace;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TestSchemas;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/** Spliced outputs equal the encoding of the generated classes, byte for byte. */
class OutputEncoderTest {
    private static final String COOKIE = "cookie-é";
    private static final byte[] KEY = COOKIE.getBytes(StandardCharsets.UTF_8);
    private static final EventSource SOURCE = new EventSource("us-west.clicks", 7, new Origin(-5, 1L << 40));
    private static final EventSource OTHER_SOURCE =
            new EventSource("us-east.impressions", 7, new Origin(Integer.MAX_VALUE, 0));
    private static final Trace TRACE =
            new Trace(SOURCE, 42, 1_700_000_000_000L, -1, true, new TrafficVerdict(TrafficRule.CRAWLER, true, 77));

    private final TestSchemas schemas = new TestSchemas();
    private final OutputEncoder encoder = new OutputEncoder(schemas.ids());
    private final SampleEvent impression = SampleEvent.impression(COOKIE, "i", 1_000, "acme");
    private final SampleEvent click = SampleEvent.click(COOKIE, "c", 2_000, "acme", "i");
    private final SampleEvent conversion = SampleEvent.conversion(COOKIE, "v", 3_000, "acme", null, "i");
    private final SampleEvent tag = SampleEvent.tag(COOKIE, "t", 4_000, "acme");

    @Test
    void impressions() {
        assertSame(
                encoder.impression(KEY, TRACE, impression.body()),
                OutputTopic.IMPRESSIONS,
                JoinedImpression.newBuilder()
                        .setProvenance(provenance())
                        .setImpression((Impression) impression.record())
                        .build());
    }

    @Test
    void tags() {
        assertSame(
                encoder.tag(KEY, TRACE, tag.body()),
                OutputTopic.TAGS,
                JoinedTag.newBuilder()
                        .setProvenance(provenance())
                        .setTag((Tag) tag.record())
                        .build());
    }

    @Test
    void clicks() {
        assertSame(
                encoder.click(KEY, TRACE, OTHER_SOURCE, click.body(), impression.body()),
                OutputTopic.CLICKS,
                JoinedClick.newBuilder()
                        .setProvenance(provenance())
                        .setImpressionOrigin(origin(OTHER_SOURCE))
                        .setClick((Click) click.record())
                        .setImpression((Impression) impression.record())
                        .build());
    }

    @Test
    void orphans() {
        assertSame(
                encoder.orphan(KEY, TRACE, click.body()),
                OutputTopic.ORPHANS,
                OrphanClick.newBuilder()
                        .setProvenance(provenance())
                        .setClick((Click) click.record())
                        .build());
    }

    @Test
    void conversionsByClick() {
        assertSame(
                encoder.conversion(
                        KEY,
                        TRACE,
                        conversion.body(),
                        AttributionKind.CLICK,
                        3,
                        SOURCE,
                        click.body(),
                        OTHER_SOURCE,
                        impression.body()),
                OutputTopic.CONVERSIONS,
                JoinedConversion.newBuilder()
                        .setProvenance(provenance())
                        .setClickOrigin(origin(SOURCE))
                        .setImpressionOrigin(origin(OTHER_SOURCE))
                        .setConversion((Conversion) conversion.record())
                        .setAttribution(AttributionKind.CLICK)
                        .setClickNumber(3)
                        .setClick((Click) click.record())
                        .setImpression((Impression) impression.record())
                        .build());
    }

    @Test
    void conversionsByView() {
        assertSame(
                encoder.conversion(
                        KEY,
                        TRACE,
                        conversion.body(),
                        AttributionKind.VIEW,
                        0,
                        null,
                        null,
                        OTHER_SOURCE,
                        impression.body()),
                OutputTopic.CONVERSIONS,
                JoinedConversion.newBuilder()
                        .setProvenance(provenance())
                        .setImpressionOrigin(origin(OTHER_SOURCE))
                        .setConversion((Conversion) conversion.record())
                        .setAttribution(AttributionKind.VIEW)
                        .setClickNumber(0)
                        .setImpression((Impression) impression.record())
                        .build());
    }

    @Test
    void unattributedConversions() {
        assertSame(
                encoder.conversion(KEY, TRACE, conversion.body(), AttributionKind.NONE, 0, null, null, null, null),
                OutputTopic.CONVERSIONS,
                JoinedConversion.newBuilder()
                        .setProvenance(provenance())
                        .setConversion((Conversion) conversion.record())
                        .setAttribution(AttributionKind.NONE)
                        .setClickNumber(0)
                        .build());
    }

    @Test
    void rejectedRecordsWithAndWithoutKeyAndValue() {
        byte[] key = {1};
        byte[] value = new byte[5_000];
        new Random(1).nextBytes(value);
        Trace trace =
                new Trace(SOURCE, 42, 1_700_000_000_000L, -1, true, new TrafficVerdict(TrafficRule.CRAWLER, true, 77));
        OutputEvent both = encoder.rejected(trace, new Rejection(9, key, value, "a reason, é", 5));
        assertThat(both.topic()).isEqualTo(OutputTopic.REJECTED);
        assertThat(both.key()).isEqualTo(key);
        assertThat(both.value())
                .isEqualTo(generated(RejectedEvent.newBuilder()
                        .setProvenance(provenance())
                        .setReason("a reason, é")
                        .setKey(ByteBuffer.wrap(key))
                        .setValue(ByteBuffer.wrap(value))
                        .build()));
        OutputEvent none = encoder.rejected(trace, new Rejection(9, null, null, "why", 5));
        assertThat(none.key()).isNull();
        assertThat(none.value())
                .isEqualTo(generated(RejectedEvent.newBuilder()
                        .setProvenance(provenance())
                        .setReason("why")
                        .build()));
    }

    @Test
    void beacons() {
        OutputEvent output = encoder.beacon(OutputTopic.TAGS, "us", -3);
        assertThat(output.topic()).isEqualTo(OutputTopic.TAGS);
        assertThat(output.key()).isNull();
        assertThat(output.value())
                .isEqualTo(
                        generated(Beacon.newBuilder().setTime(-3L).setDc("us").build()));
    }

    @Test
    void numbersAndStringsOfEverySize() {
        AvroBuffer buffer = new AvroBuffer();
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            long time = random.nextLong() >> random.nextInt(64);
            String dc = "x".repeat(random.nextInt(i + 1)) + "€";
            assertThat(buffer.start(258)
                            .writeLong(time)
                            .writeString(dc)
                            .writeString("")
                            .toBytes())
                    .isEqualTo(new BodyEncoder()
                            .encodeWithHeader(
                                    Beacon.newBuilder().setTime(time).setDc(dc).build(), 258));
        }
        for (long time : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0, -1, 63, 64, -64, -65}) {
            assertThat(buffer.start(-1)
                            .writeLong(time)
                            .writeString("")
                            .writeString("")
                            .toBytes())
                    .isEqualTo(new BodyEncoder()
                            .encodeWithHeader(
                                    Beacon.newBuilder().setTime(time).setDc("").build(), -1));
        }
    }

    @Test
    void aMissingSchemaIdIsNamed() {
        assertThatThrownBy(() -> new OutputEncoder(new SchemaIds(Map.of("a.B", 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("io.lightflow.event.JoinedImpression")
                .hasMessageContaining("a.B");
    }

    @Test
    void aFieldWithADefaultAtTheEndGetsItsDefault() {
        Schema newer = SchemaBuilder.record("Beacon")
                .namespace("io.lightflow.event")
                .fields()
                .requiredLong("time")
                .requiredString("dc")
                .optionalString("host")
                .name("port")
                .type()
                .intType()
                .intDefault(7)
                .endRecord();
        assertThat(OutputEncoder.defaultsAfter(newer, "time long, dc string")).isEqualTo(new byte[] {0, 14});
        assertThat(OutputEncoder.defaultsAfter(newer, "time long, dc string, host null|string, port int"))
                .isEmpty();
    }

    @Test
    void aFieldThatItCannotWriteIsNamed() {
        Schema newer = SchemaBuilder.record("Beacon")
                .namespace("io.lightflow.event")
                .fields()
                .requiredLong("time")
                .requiredString("dc")
                .requiredString("host")
                .endRecord();
        assertThatThrownBy(() -> OutputEncoder.defaultsAfter(newer, "time long, dc string"))
                .hasMessage("expected the fields of io.lightflow.event.Beacon that OutputEncoder writes,"
                        + " which are [time long, dc string], and fields with defaults behind them,"
                        + " found [time long, dc string, host string]");
        assertThatThrownBy(() -> OutputEncoder.defaultsAfter(newer, "dc string"))
                .hasMessageContaining("which are [dc string]");
    }

    private void assertSame(OutputEvent output, OutputTopic topic, SpecificRecord expected) {
        assertThat(output.topic()).isEqualTo(topic);
        assertThat(output.key()).isEqualTo(KEY);
        assertThat(output.value()).isEqualTo(generated(expected));
    }

    private byte[] generated(SpecificRecord record) {
        return new BodyEncoder().encodeWithHeader(record, schemas.id(record.getSchema()));
    }

    private static Provenance provenance() {
        return Provenance.newBuilder()
                .setOrigin(origin(SOURCE))
                .setTxid(TRACE.txid())
                .setProducedMs(TRACE.producedMs())
                .setReadMs(TRACE.readMs())
                .setLate(TRACE.late())
                .setInvalid(TRACE.traffic().isInvalid())
                .setTrafficRule("crawler")
                .setTrafficVersion(77)
                .build();
    }

    private static EventOrigin origin(EventSource source) {
        return EventOrigin.newBuilder()
                .setTopic(source.topic())
                .setIncarnation(source.origin().incarnation())
                .setPartition(source.shard())
                .setOffset(source.origin().offset())
                .build();
    }
}
