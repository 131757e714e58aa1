package io.lightflow.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.Beacon;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.BlockPart;
import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventRules;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEvent;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.Rejection;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Books.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records that cannot be ingested go to the rejected topic with bytes, origin and reason, and the stream continues. */
class InvariantINothingIsDroppedTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final byte[] KEY = "cookie".getBytes(StandardCharsets.UTF_8);
    private static final Impression GOOD =
            (Impression) SampleEvent.impression("cookie", "i", NOW, "acme").record();

    private final TestSchemas schemas = new TestSchemas();
    private final LightEventDecoder decoder = new LightEventDecoder(schemas, Duration.ofDays(1));

    @Test
    void aRejectedRecordIsPutOutAsItWasWithReasonAndOriginAndTheStreamGoesOn() {
        byte[] broken = {1, 2, 3};
        BlockEntry rejected = decoder.decode(EventType.IMPRESSION, KEY, broken, 77, 0, NOW);
        BlockEntry good = decoder.decode(EventType.IMPRESSION, KEY, encoded(GOOD), 77, 1, NOW);
        ShardRun run = new ShardRun(JoinSettings.defaults("eu"));
        var seen = run.commit(ShardRun.block(List.of(
                new BlockPart("eu.impressions", EventType.IMPRESSION, 77, 0, 2, false, List.of(rejected, good)))));
        assertThat(seen).hasSize(2);
        RejectedEvent event = (RejectedEvent) seen.get(0).record();
        assertThat(event.getValue()).isEqualTo(ByteBuffer.wrap(broken));
        assertThat(event.getKey()).isEqualTo(ByteBuffer.wrap(KEY));
        assertThat(event.getReason()).contains("0x00 and a schema id");
        var origin = event.getProvenance().getOrigin();
        assertThat(origin.getTopic()).isEqualTo("eu.impressions");
        assertThat(origin.getIncarnation()).isEqualTo(77);
        assertThat(origin.getPartition()).isEqualTo(ShardRun.SHARD);
        assertThat(origin.getOffset()).isZero();
        assertThat(seen.get(1).outcome()).isEqualTo(Outcome.impression("cookie", "i"));
        assertThat(run.position().books().get(EventType.IMPRESSION, Entry.REJECTED))
                .isEqualTo(1);
        assertThat(run.position().books().get(EventType.IMPRESSION, Entry.JOINED))
                .isEqualTo(1);
    }

    @Test
    void aRejectedRecordWithoutKeyAndValueIsPutOutToo() {
        BlockEntry rejected = decoder.decode(EventType.CLICK, null, null, 77, 0, NOW);
        ShardRun run = new ShardRun(JoinSettings.defaults("eu"));
        var seen = run.commit(ShardRun.block(
                List.of(new BlockPart("eu.clicks", EventType.CLICK, 77, 0, 1, false, List.of(rejected)))));
        RejectedEvent event = (RejectedEvent) seen.get(0).record();
        assertThat(event.getValue()).isNull();
        assertThat(event.getKey()).isNull();
        assertThat(event.getReason()).contains("found no value");
    }

    @Test
    void aReplayRejectsOnce() {
        ShardRun run = new ShardRun(JoinSettings.defaults("eu"));
        TopicLog log = new TopicLog("eu.tags", EventType.TAG, 1).garbage(NOW).append(JoinScenario.tag("t", 1));
        run.commit(ShardRun.block(List.of(log.part(0, 1))));
        run.commit(ShardRun.block(List.of(log.part(0, 2))));
        assertThat(run.committed()).hasSize(2);
        assertThat(run.position().books().get(EventType.TAG, Entry.REJECTED)).isEqualTo(1);
    }

    @Test
    void aSchemaIdThatNobodyRegistered() {
        byte[] value = new BodyEncoder().encodeWithHeader(GOOD, 4711);
        assertThat(reason(EventType.IMPRESSION, KEY, value))
                .contains("registered")
                .contains("4711");
    }

    @Test
    void aSchemaThatIsRegisteredLaterIsFoundThen() {
        int next = schemas.register(GOOD.getSchema()) + 1;
        byte[] value = new BodyEncoder().encodeWithHeader(GOOD, next);
        assertThat(decode(EventType.IMPRESSION, KEY, value)).isInstanceOf(Rejection.class);
        assertThat(schemas.register(GOOD.getSchema())).isEqualTo(next);
        assertThat(decode(EventType.IMPRESSION, KEY, value)).isInstanceOf(LightEvent.class);
    }

    @Test
    void anEventInTheTopicOfAnotherType() {
        assertThat(reason(EventType.CLICK, KEY, encoded(GOOD)))
                .contains("io.lightflow.event.Click")
                .contains("io.lightflow.event.Impression");
    }

    @Test
    void aJoinedEventInALightTopic() {
        byte[] value = new BodyEncoder().encodeWithHeader(GOOD, schemas.id(RejectedEvent.getClassSchema()));
        assertThat(reason(EventType.IMPRESSION, KEY, value)).contains("RejectedEvent");
    }

    @Test
    void bytesAfterTheEnd() {
        byte[] value = Arrays.copyOf(encoded(GOOD), encoded(GOOD).length + 1);
        assertThat(reason(EventType.IMPRESSION, KEY, value)).contains("more bytes");
    }

    @Test
    void aValueThatWasCutOffAnywhere() {
        byte[] value = encoded(GOOD);
        for (int length = 0; length < value.length; length++) {
            assertThat(decode(EventType.IMPRESSION, KEY, Arrays.copyOf(value, length)))
                    .as("%s of %s bytes", length, value.length)
                    .isInstanceOf(Rejection.class);
        }
    }

    /** Huge and negative lengths, endless varints: no bytes make the decoder throw. */
    @Test
    void bytesThatWereChangedAtRandom() {
        Seeds.each(20_000, seed -> {
            Random random = new Random(seed);
            byte[] value = encoded(GOOD);
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                value[5 + random.nextInt(value.length - 5)] = (byte) (random.nextBoolean() ? 0xff : random.nextInt());
            }
            assertThat(decode(EventType.IMPRESSION, KEY, value)).isInstanceOfAny(Rejection.class, LightEvent.class);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "2147483639",
        "2147483647",
        "4294967296",
        "9223372036854775807",
        "1000000000",
        "-1",
        "-9223372036854775808"
    })
    void aStringThatClaimsALengthItDoesNotHave(long length) {
        byte[] head = new byte[15];
        int id = schemas.id(Impression.getClassSchema());
        head[4] = (byte) id;
        int size = 5;
        long zigzag = (length << 1) ^ (length >> 63);
        while ((zigzag & ~0x7FL) != 0) {
            head[size++] = (byte) (zigzag | 0x80);
            zigzag >>>= 7;
        }
        head[size++] = (byte) zigzag;
        assertThat(reason(EventType.IMPRESSION, KEY, Arrays.copyOf(head, size))).contains("do not decode");
    }

    @Test
    void anEventWithoutAnId() {
        assertThat(reason(Impression.newBuilder(GOOD).setId("").build())).contains("expected a non-empty id");
    }

    @Test
    void anIdOrAJoinKeyThatIsTooLongForAKeyInTheJoinStore() {
        String longest = "\u20ac".repeat(EventRules.MAX_ID_LENGTH);
        byte[] longestKey = longest.getBytes(StandardCharsets.UTF_8);
        Impression edge = Impression.newBuilder(GOOD).setId(longest).build();
        assertThat(decode(EventType.IMPRESSION, longestKey, encoded(edge))).isInstanceOf(LightEvent.class);

        String found = "found " + (EventRules.MAX_ID_LENGTH + 1);
        byte[] longKey = (longest + "x").getBytes(StandardCharsets.UTF_8);
        assertThat(reason(EventType.IMPRESSION, longKey, encoded(GOOD))).contains("joinKey", "512", found);
        for (EventType type : EventType.values()) {
            SpecificRecord event =
                    switch (type) {
                        case IMPRESSION ->
                            SampleEvent.impression("k", longest + "x", NOW, "acme")
                                    .record();
                        case CLICK ->
                            SampleEvent.click("k", longest + "x", NOW, "acme", "i")
                                    .record();
                        case CONVERSION ->
                            SampleEvent.conversion("k", longest + "x", NOW, "acme", null, null)
                                    .record();
                        case TAG ->
                            SampleEvent.tag("k", longest + "x", NOW, "acme").record();
                    };
            assertThat(reason(type, event)).contains("expected id", found);
        }
        assertThat(reason(
                        EventType.CLICK,
                        SampleEvent.click("k", "c", NOW, "acme", longest + "x").record()))
                .contains("impressionId", found);
        assertThat(reason(
                        EventType.CONVERSION,
                        SampleEvent.conversion("k", "v", NOW, "acme", longest + "x", null)
                                .record()))
                .contains("clickId", found);
        assertThat(reason(
                        EventType.CONVERSION,
                        SampleEvent.conversion("k", "v", NOW, "acme", null, longest + "x")
                                .record()))
                .contains("impressionId", found);
    }

    @Test
    void anEventWithoutAJoinKey() {
        assertThat(reason(EventType.IMPRESSION, null, encoded(GOOD))).contains("join key");
        assertThat(reason(EventType.IMPRESSION, new byte[0], encoded(GOOD))).contains("join key");
    }

    @Test
    void aJoinKeyThatIsNoText() {
        assertThat(reason(EventType.IMPRESSION, new byte[] {(byte) 0xc3, 0x28}, encoded(GOOD)))
                .contains("UTF-8");
    }

    @Test
    void aNegativePrice() {
        assertThat(reason(Impression.newBuilder(GOOD).setPriceMicros(-1).build()))
                .contains("priceMicros")
                .contains("-1");
        Click click = (Click) SampleEvent.click("cookie", "c", NOW, "acme", "i").record();
        assertThat(reason(
                        EventType.CLICK,
                        Click.newBuilder(click).setPriceMicros(-2).build()))
                .contains("priceMicros");
        Conversion conversion = (Conversion)
                SampleEvent.conversion("cookie", "v", NOW, "acme", null, null).record();
        assertThat(reason(
                        EventType.CONVERSION,
                        Conversion.newBuilder(conversion).setRevenueMicros(-3).build()))
                .contains("revenueMicros");
    }

    @Test
    void anAmountBeyondTheBound() {
        long most = EventRules.MAX_AMOUNT_MICROS;
        Impression dear = Impression.newBuilder(GOOD).setPriceMicros(most).build();
        assertThat(decode(EventType.IMPRESSION, KEY, encoded(dear))).isInstanceOf(LightEvent.class);
        for (long amount : new long[] {most + 1, Long.MAX_VALUE}) {
            String reason = " to be at most " + most + ", found " + amount;
            assertThat(reason(Impression.newBuilder(GOOD).setPriceMicros(amount).build()))
                    .isEqualTo("expected priceMicros" + reason);
            Click click =
                    (Click) SampleEvent.click("cookie", "c", NOW, "acme", "i").record();
            assertThat(reason(
                            EventType.CLICK,
                            Click.newBuilder(click).setPriceMicros(amount).build()))
                    .isEqualTo("expected priceMicros" + reason);
            Conversion conversion = (Conversion) SampleEvent.conversion("cookie", "v", NOW, "acme", null, null)
                    .record();
            assertThat(reason(
                            EventType.CONVERSION,
                            Conversion.newBuilder(conversion)
                                    .setRevenueMicros(amount)
                                    .build()))
                    .isEqualTo("expected revenueMicros" + reason);
        }
        LightEventDecoder strict = new LightEventDecoder(schemas, Duration.ofDays(1), 5);
        assertThat(strict.decode(
                        EventType.IMPRESSION,
                        KEY,
                        encoded(Impression.newBuilder(GOOD).setPriceMicros(6).build()),
                        1,
                        0,
                        NOW))
                .isInstanceOf(Rejection.class);
    }

    @Test
    void aStringThatIsTooLongInAnyField() {
        // 1,365 characters of three bytes, and one byte.
        String longest = "\u20ac".repeat(EventRules.MAX_STRING_BYTES / 3) + "x";
        String found = " to have at most 4096 bytes in UTF-8, found 4097";
        for (EventType type : EventType.values()) {
            for (Schema.Field field : sample(type).getSchema().getFields()) {
                SpecificRecord event = sample(type);
                boolean isId = field.name().equals("id")
                        || type == EventType.CLICK && field.name().equals("impressionId");
                if (event.get(field.pos()) instanceof String && !isId) {
                    event.put(field.pos(), longest);
                    assertThat(decode(type, KEY, encoded(event)))
                            .as("%s of %s", field.name(), type)
                            .isInstanceOf(LightEvent.class);
                    event.put(field.pos(), longest + "x");
                    assertThat(reason(type, event)).isEqualTo("expected " + field.name() + found);
                }
            }
        }
    }

    private static SpecificRecord sample(EventType type) {
        return switch (type) {
            case IMPRESSION -> Impression.newBuilder(GOOD).build();
            case CLICK -> SampleEvent.click("k", "c", NOW, "acme", "i").record();
            case CONVERSION ->
                SampleEvent.conversion("k", "v", NOW, "acme", null, null).record();
            case TAG -> SampleEvent.tag("k", "t", NOW, "acme").record();
        };
    }

    @Test
    void moneyWithoutACurrency() {
        assertThat(reason(Impression.newBuilder(GOOD).setCurrency("").build())).contains("currency");
    }

    @Test
    void aClickThatNamesNoImpression() {
        Click click = (Click) SampleEvent.click("cookie", "c", NOW, "acme", "").record();
        assertThat(reason(EventType.CLICK, click)).contains("impressionId");
    }

    @Test
    void aTimeFromTheFarFutureOrBeforeTime() {
        long edge = NOW + Duration.ofDays(1).toMillis();
        assertThat(decode(EventType.IMPRESSION, KEY, encoded(at(edge)))).isInstanceOf(LightEvent.class);
        assertThat(reason(at(edge + 1)))
                .contains("ms after the record's timestamp")
                .contains(Long.toString(edge + 1));
        assertThat(reason(at(Long.MAX_VALUE))).contains("ms after the record's timestamp");
        assertThat(reason(at(0))).contains("positive");
        assertThat(reason(at(Long.MIN_VALUE))).contains("positive");
    }

    @Test
    void aTimeFromTheFarFutureInARecordWithoutATimestamp() {
        assertThat(decoder.decode(EventType.IMPRESSION, KEY, encoded(at(Long.MAX_VALUE)), 1, 0, -1))
                .isInstanceOf(Rejection.class);
        byte[] beacon =
                encoded(Beacon.newBuilder().setTime(Long.MAX_VALUE).setDc("eu").build());
        assertThat(decoder.decode(EventType.IMPRESSION, null, beacon, 1, 0, -1)).isInstanceOf(Rejection.class);
    }

    @Test
    void aBeaconFromTheFarFutureWhichWouldMoveTheWatermark() {
        byte[] beacon = encoded(Beacon.newBuilder()
                .setTime(NOW + Duration.ofDays(2).toMillis())
                .setDc("eu")
                .build());
        assertThat(reason(EventType.TAG, null, beacon)).contains("ms after the record's timestamp");
    }

    private static Impression at(long time) {
        return Impression.newBuilder(GOOD).setTime(time).build();
    }

    private byte[] encoded(SpecificRecord record) {
        return new BodyEncoder().encodeWithHeader(record, schemas.id(record.getSchema()));
    }

    private BlockEntry decode(EventType type, byte[] key, byte[] value) {
        return decoder.decode(type, key, value, 1, 0, NOW);
    }

    private String reason(Impression impression) {
        return reason(EventType.IMPRESSION, impression);
    }

    private String reason(EventType type, SpecificRecord record) {
        return reason(type, KEY, encoded(record));
    }

    private String reason(EventType type, byte[] key, byte[] value) {
        BlockEntry entry = decode(type, key, value);
        assertThat(entry).isInstanceOf(Rejection.class);
        Rejection rejection = (Rejection) entry;
        assertThat(rejection.key()).isEqualTo(key);
        assertThat(rejection.value()).isEqualTo(value);
        return rejection.reason();
    }
}
