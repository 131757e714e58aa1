package io.lightflow.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.invariant.SampleEvent;
import io.lightflow.invariant.TestSchemas;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Valid records become events with their original bytes. For rejected ones see {@code InvariantI…Test}. */
class LightEventDecoderTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final byte[] KEY = {65};

    private long now = NOW;

    private final TestSchemas schemas = new TestSchemas();
    private final LightEventDecoder decoder = new LightEventDecoder(schemas, Duration.ofDays(1));

    @ParameterizedTest
    @EnumSource
    void anEventOfEachTypeIsReadWithItsBody(EventType type) {
        SampleEvent sample =
                switch (type) {
                    case IMPRESSION -> SampleEvent.impression("cookie-é", "i", NOW, "acme");
                    case CLICK -> SampleEvent.click("cookie-é", "c", NOW, "acme", "i");
                    case CONVERSION -> SampleEvent.conversion("cookie-é", "v", NOW, "acme", "c", null);
                    case TAG -> SampleEvent.tag("cookie-é", "t", NOW, "acme");
                };
        byte[] value = new BodyEncoder()
                .encodeWithHeader(sample.record(), schemas.id(sample.record().getSchema()));
        byte[] key = "cookie-é".getBytes(StandardCharsets.UTF_8);
        BlockEntry entry = decoder.decode(type, key, value, 77, 9, NOW + 5);
        LightEvent event = (LightEvent) entry;
        assertThat(event.type()).isEqualTo(type);
        assertThat(event.joinKey()).isEqualTo("cookie-é");
        assertThat(event.id()).isEqualTo(sample.id());
        assertThat(event.time()).isEqualTo(NOW);
        assertThat(event.record()).isEqualTo(sample.record());
        assertThat(event.body()).isEqualTo(sample.body());
        assertThat(event.origin()).isEqualTo(new Origin(77, 9));
        assertThat(event.producedMs()).isEqualTo(NOW + 5);
    }

    @ParameterizedTest
    @EnumSource
    void aBeaconIsReadInEveryTopic(EventType type) {
        byte[] value = new BodyEncoder()
                .encodeWithHeader(
                        Beacon.newBuilder().setTime(NOW).setDc("eu").build(), schemas.id(Beacon.getClassSchema()));
        assertThat(decoder.decode(type, null, value, 1, 3, NOW)).isEqualTo(new BeaconMark(3, NOW));
    }

    @Test
    void invariantI_anEventOrABeaconAheadOfTheReadersClockIsRejectedWhateverItsRecordSays() {
        LightEventDecoder reader = reader();
        long bound = now + Duration.ofHours(1).toMillis();
        assertThat(reader.decode(EventType.TAG, KEY, tag(bound), 1, 0, bound)).isInstanceOf(LightEvent.class);
        assertThat(reader.decode(EventType.TAG, null, beacon(bound, ""), 1, 1, bound))
                .isInstanceOf(BeaconMark.class);
        // The record's timestamp comes from the same wrong clock.
        assertThat(((Rejection) reader.decode(EventType.TAG, KEY, tag(bound + 1), 1, 2, bound + 1)).reason())
                .contains("3600000 ms after the reader's clock " + now, "found " + (bound + 1));
        assertThat(((Rejection) reader.decode(EventType.TAG, null, beacon(bound + 1, ""), 1, 3, bound + 1)).reason())
                .contains("3600000 ms after the reader's clock " + now, "found " + (bound + 1));
        now++;
        assertThat(reader.decode(EventType.TAG, KEY, tag(bound + 1), 1, 2, bound + 1))
                .as("the reader's clock goes on")
                .isInstanceOf(LightEvent.class);
    }

    @Test
    void anOldLogIsReadHoweverLateItIsReplayed() {
        long in2013 = 1_370_448_000_000L;
        LightEventDecoder reader = reader();
        assertThat(reader.decode(EventType.TAG, KEY, tag(in2013), 1, 0, in2013)).isInstanceOf(LightEvent.class);
    }

    @Test
    void aBeaconNamesItsProducer() {
        assertThat(decoder.decode(EventType.TAG, null, beacon(NOW, "web-1.example_2"), 1, 3, NOW))
                .isEqualTo(new BeaconMark(3, NOW, "web-1.example_2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"web 1", "a=b", "a|b", "a:b", "a,b", "ü", "~"})
    void invariantI_aBeaconWhoseProducerTheLedgerCannotHoldIsRejected(String producer) {
        assertThat(((Rejection) decoder.decode(EventType.TAG, null, beacon(NOW, producer), 1, 3, NOW)).reason())
                .contains("expected a producer's name of at most 64 letters");
        assertThat(decoder.decode(EventType.TAG, null, beacon(NOW, "x".repeat(64)), 1, 3, NOW))
                .isInstanceOf(BeaconMark.class);
        assertThat(decoder.decode(EventType.TAG, null, beacon(NOW, "x".repeat(65)), 1, 3, NOW))
                .isInstanceOf(Rejection.class);
    }

    private LightEventDecoder reader() {
        return new LightEventDecoder(
                schemas,
                Duration.ofHours(1),
                Duration.ofHours(1),
                EventRules.MAX_AMOUNT_MICROS,
                () -> Instant.ofEpochMilli(now));
    }

    private byte[] tag(long time) {
        return new BodyEncoder()
                .encodeWithHeader(SampleEvent.tag("k", "t", time, "a").record(), schemas.id(Tag.getClassSchema()));
    }

    private byte[] beacon(long time, String producer) {
        Beacon beacon = Beacon.newBuilder()
                .setTime(time)
                .setDc("eu")
                .setProducer(producer)
                .build();
        return new BodyEncoder().encodeWithHeader(beacon, schemas.id(Beacon.getClassSchema()));
    }

    @Test
    void invariantI_aRecordThatIsTooLongToBeJoinedIsRejectedWithAsMuchOfItAsThereIsRoomFor() {
        int longest = LightEventDecoder.MAX_RECORD_BYTES;
        byte[] key = "cookie".getBytes(StandardCharsets.UTF_8);
        byte[] value = new byte[longest + 1];
        value[5] = 7;
        Rejection rejection = (Rejection) decoder.decode(EventType.CLICK, key, value, 1, 3, NOW);
        assertThat(rejection.offset()).isEqualTo(3);
        assertThat(rejection.reason()).contains("" + longest, "key of 6", "value of " + (longest + 1));
        assertThat(rejection.key()).isEqualTo(key);
        assertThat(rejection.value()).hasSize(longest).startsWith(0, 0, 0, 0, 0, 7);

        byte[] longKey = new byte[longest];
        assertThat(decoder.decode(EventType.CLICK, longKey, new byte[1], 1, 3, NOW))
                .isInstanceOf(Rejection.class);
        assertThat(((Rejection) decoder.decode(EventType.CLICK, null, new byte[longest], 1, 3, NOW)).reason())
                .doesNotContain("kept");
    }

    @Test
    void eventsDoNotShareWhatTheDecoderUsesAgain() {
        byte[][] values = new byte[2][];
        LightEvent[] events = new LightEvent[2];
        for (int i = 0; i < 2; i++) {
            SampleEvent sample = SampleEvent.tag("cookie", "tag-" + i, NOW, "acme");
            values[i] = new BodyEncoder().encodeWithHeader(sample.record(), schemas.id(Tag.getClassSchema()));
            events[i] = (LightEvent) decoder.decode(EventType.TAG, new byte[] {65}, values[i], 1, i, NOW);
        }
        assertThat(events[0].id()).isEqualTo("tag-0");
        assertThat(((Tag) events[0].record()).getId()).isEqualTo("tag-0");
        assertThat(events[0].body()).isNotEqualTo(events[1].body());
    }

    @Test
    void aRegistryThatDoesNotAnswerIsNotTheRecordsFault() {
        WriterSchemas unavailable = id -> {
            throw new SchemasUnavailableException("the registry is unavailable", null);
        };
        LightEventDecoder waiting = new LightEventDecoder(unavailable, Duration.ofDays(1));
        byte[] value = new BodyEncoder()
                .encodeWithHeader(SampleEvent.tag("k", "t", NOW, "a").record(), 4);
        assertThatThrownBy(() -> waiting.decode(EventType.TAG, new byte[] {65}, value, 1, 0, NOW))
                .isInstanceOf(SchemasUnavailableException.class);
    }
}
