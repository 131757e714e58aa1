package io.lightflow.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventRules;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.Rejection;
import io.lightflow.event.Tag;
import io.lightflow.registry.client.SchemaId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Invalid input is rejected before it reaches Kafka, by the same rules as in the join. */
class LightEventsRulesTest {
    private static final long NOW = Instant.parse("2026-01-01T11:00:00Z").toEpochMilli();
    private static final long FAR_FUTURE_MS = Duration.ofHours(1).toMillis();
    private static final String LONG_STRING = "x".repeat(EventRules.MAX_STRING_BYTES);
    private static final String TOO_LONG = "x".repeat(EventRules.MAX_ID_LENGTH + 1);

    @TempDir
    Path directory;

    private LightEvents events;

    @BeforeEach
    void open() {
        LightEventsSettings settings = LightEventsSettings.of("eu", "127.0.0.1:1", 4)
                .with(UnavailablePolicy.Spool.in(directory.resolve("spool")))
                .withCloseTimeout(Duration.ZERO);
        events = LightEvents.open(settings, () -> Instant.ofEpochMilli(NOW));
    }

    @AfterEach
    void close() {
        events.close();
    }

    private static Impression impression() {
        return Impression.newBuilder()
                .setId("i")
                .setTime(NOW)
                .setAdvertiserId("a")
                .setCampaignId("c")
                .setCreativeId("r")
                .setPriceMicros(1)
                .setCurrency("EUR")
                .build();
    }

    private static Click click() {
        return Click.newBuilder()
                .setId("c")
                .setTime(NOW)
                .setAdvertiserId("a")
                .setImpressionId("i")
                .build();
    }

    private static Conversion conversion() {
        return Conversion.newBuilder()
                .setId("v")
                .setTime(NOW)
                .setAdvertiserId("a")
                .build();
    }

    private static Tag tag() {
        return Tag.newBuilder().setId("t").setTime(NOW).setAdvertiserId("a").build();
    }

    @Test
    void validEventsAreAccepted() {
        assertThat(events.send("cookie", impression())).isEqualTo(SendOutcome.ACCEPTED);
        assertThat(events.send("cookie", click())).isEqualTo(SendOutcome.ACCEPTED);
        assertThat(events.send("cookie", conversion())).isEqualTo(SendOutcome.ACCEPTED);
        assertThat(events.send("cookie", tag())).isEqualTo(SendOutcome.ACCEPTED);
        assertThat(events.metrics().accepted()).isEqualTo(4);
        assertThat(events.metrics().waiting()).isEqualTo(4);
    }

    @Test
    void rejectionsNameTheInvalidField() {
        for (EventType type : EventType.values()) {
            assertRejected("id", "k", with(type, "id", ""));
            assertRejected("id", "k", with(type, "id", null));
            assertRejected("time", "k", with(type, "time", 0L));
            assertRejected("time", "k", with(type, "time", NOW + FAR_FUTURE_MS + 1));
            assertRejected("advertiserId", "k", with(type, "advertiserId", null));
            assertRejected("advertiserId", "k", with(type, "advertiserId", "half \uD83D"));
            assertRejected("joinKey", "", valid(type));
            assertRejected("joinKey", null, valid(type));
            assertRejected("joinKey", "\uDE00", valid(type));
            assertRejected("joinKey", TOO_LONG, valid(type));
            assertRejected("id", "k", with(type, "id", TOO_LONG));
        }
        assertRejected("priceMicros", "k", with(EventType.IMPRESSION, "priceMicros", -1L));
        assertRejected("currency", "k", with(EventType.IMPRESSION, "currency", ""));
        assertRejected("campaignId", "k", with(EventType.IMPRESSION, "campaignId", null));
        assertRejected("priceMicros", "k", with(EventType.CLICK, "priceMicros", -1L));
        assertRejected("currency", "k", with(EventType.CLICK, "priceMicros", 1L));
        assertRejected("impressionId", "k", with(EventType.CLICK, "impressionId", ""));
        assertRejected("impressionId", "k", with(EventType.CLICK, "impressionId", null));
        assertRejected("impressionId", "k", with(EventType.CLICK, "impressionId", TOO_LONG));
        assertRejected("revenueMicros", "k", with(EventType.CONVERSION, "revenueMicros", -1L));
        assertRejected("currency", "k", with(EventType.CONVERSION, "revenueMicros", 1L));
        assertRejected("clickId", "k", with(EventType.CONVERSION, "clickId", "\uD83D"));
        assertRejected("clickId", "k", with(EventType.CONVERSION, "clickId", TOO_LONG));
        long tooMuch = EventRules.MAX_AMOUNT_MICROS + 1;
        assertRejected("priceMicros", "k", with(EventType.IMPRESSION, "priceMicros", tooMuch));
        assertRejected("priceMicros", "k", with(EventType.CLICK, "priceMicros", tooMuch));
        assertRejected("revenueMicros", "k", with(EventType.CONVERSION, "revenueMicros", tooMuch));
        assertRejected("userAgent", "k", with(EventType.IMPRESSION, "userAgent", LONG_STRING + "x"));
        assertRejected("url", "k", with(EventType.TAG, "url", "x".repeat(LightEventDecoder.MAX_RECORD_BYTES)));
        assertThat(events.metrics().accepted()).isZero();
        assertThat(events.metrics().spoolBytes()).isZero();
        assertThat(events.metrics().invalid()).isGreaterThan(40);
    }

    @Test
    void randomEventsAreAcceptedIfAndOnlyIfTheJoinAcceptsThem() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int acceptedCount = 0;
        for (int i = 0; i < 4_000; i++) {
            EventType type = EventType.values()[i % 4];
            SpecificRecordBase event = valid(type);
            for (Schema.Field field : event.getSchema().getFields()) {
                if (random.nextInt(6) == 0) {
                    event.put(field.pos(), unusualValue(field, random));
                }
            }
            String key = random.nextInt(10) == 0 ? "" : "k";
            boolean accepted = isAccepted(key, event);
            acceptedCount += accepted ? 1 : 0;
            assertThat(accepted)
                    .as("seed %d, key '%s', event %s", seed, key, event)
                    .isEqualTo(isJoined(type, key, event));
        }
        assertThat(acceptedCount).isBetween(400, 3_600);
    }

    private static Object unusualValue(Schema.Field field, Random random) {
        long[] times = {0, -1, 1, NOW, NOW + FAR_FUTURE_MS, NOW + FAR_FUTURE_MS + 1, Long.MAX_VALUE, Long.MIN_VALUE};
        long[] amounts = {0, 1, -1, Long.MIN_VALUE, EventRules.MAX_AMOUNT_MICROS, Long.MAX_VALUE};
        return switch (field.schema().getType()) {
            case LONG ->
                field.name().equals("time")
                        ? times[random.nextInt(times.length)]
                        : amounts[random.nextInt(amounts.length)];
            case BOOLEAN -> true;
            case STRING, UNION ->
                List.of("", "é", LONG_STRING, LONG_STRING + "x").get(random.nextInt(4));
            default -> SpecificData.get().getDefaultValue(field);
        };
    }

    private boolean isAccepted(String key, SpecificRecordBase event) {
        try {
            return send(key, event) == SendOutcome.ACCEPTED;
        } catch (InvalidEventException e) {
            assertThat(e.field().equals("joinKey") || event.getSchema().getField(e.field()) != null)
                    .isTrue();
            return false;
        }
    }

    private static boolean isJoined(EventType type, String key, SpecificRecordBase event) {
        int id = SchemaId.of(event.getSchema());
        byte[] value = new BodyEncoder().encodeWithHeader(event, id);
        LightEventDecoder decoder = new LightEventDecoder(Map.of(id, event.getSchema())::get, Duration.ofHours(1));
        return !(decoder.decode(type, key.getBytes(StandardCharsets.UTF_8), value, 1, 0, NOW) instanceof Rejection);
    }

    @Test
    void aFullSpoolFailsTheCallCountsItAndKeepsAcceptedEvents() {
        UnavailablePolicy.Spool small = new UnavailablePolicy.Spool(directory.resolve("small"), 1 << 20, Duration.ZERO);
        LightEventsSettings settings =
                LightEventsSettings.of("eu", "127.0.0.1:1", 4).with(small).withCloseTimeout(Duration.ZERO);
        Tag large = tag();
        large.setUrl("x".repeat(4_000));
        long accepted;
        try (LightEvents full = LightEvents.open(settings, () -> Instant.ofEpochMilli(NOW))) {
            assertThatThrownBy(() -> {
                        while (true) {
                            full.send("cookie", large);
                        }
                    })
                    .isInstanceOf(NotAcceptedException.class)
                    .hasMessageContaining("maxBytes = 1048576");
            accepted = full.metrics().accepted();
            assertThat(accepted).isBetween(250L, 260L);
            assertThat(full.metrics().notAccepted()).isOne();
            assertThat(full.metrics().spoolBytes()).isBetween(1L << 19, 1L << 20);
        }
        try (LightEvents next = LightEvents.open(settings)) {
            assertThat(next.metrics().recovered()).isEqualTo(accepted);
            assertThat(next.metrics().waiting()).isEqualTo(accepted);
        }
    }

    @Test
    void aClosedProducerAcceptsNoEvent() {
        events.close();
        assertThatThrownBy(() -> events.send("k", tag())).hasMessageContaining("closed");
    }

    @Test
    void anIdCarriesTheShardOfItsJoinKey() {
        EventId id = EventId.parse(events.newId("cookie-é"));
        assertThat(id.shard()).isEqualTo(Shard.of("cookie-é", 4));
        assertThat(id.time()).isEqualTo(Instant.ofEpochMilli(NOW));
    }

    @Test
    void propertiesThatTheGuaranteesDependOnAreRejectedAndPasswordsAreHidden() {
        LightEventsSettings settings = LightEventsSettings.of("eu", "127.0.0.1:1", 4);
        assertThatThrownBy(() -> settings.withKafka(Map.of("acks", "1", "client.id", "x")))
                .hasMessageContaining("[acks]");
        assertThat(settings.withKafka(Map.of("ssl.key.password", "secret")).toString())
                .contains("ssl.key.password")
                .doesNotContain("secret");
        assertThatThrownBy(() -> LightEvents.open(settings.withKafka(Map.of("compression.type", "zip"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("compression.type");
        assertThatThrownBy(() -> LightEventsSettings.of("eu", "k:1", 0)).hasMessageContaining("partitions");
        assertThatThrownBy(() -> new UnavailablePolicy.Block(Duration.ZERO)).hasMessageContaining("1 ms");
    }

    private void assertRejected(String field, String key, SpecificRecordBase event) {
        InvalidEventException e = catchThrowableOfType(InvalidEventException.class, () -> send(key, event));
        assertThat(e).as("%s of %s", field, event.getSchema().getName()).isNotNull();
        assertThat(e.field()).isEqualTo(field);
        assertThat(e)
                .hasMessageContaining(field)
                .hasMessageContaining(event.getSchema().getName());
    }

    private SendOutcome send(String key, SpecificRecordBase event) {
        if (event instanceof Impression impression) {
            return events.send(key, impression);
        } else if (event instanceof Click click) {
            return events.send(key, click);
        } else if (event instanceof Conversion conversion) {
            return events.send(key, conversion);
        }
        return events.send(key, (Tag) event);
    }

    private static SpecificRecordBase valid(EventType type) {
        return switch (type) {
            case IMPRESSION -> impression();
            case CLICK -> click();
            case CONVERSION -> conversion();
            case TAG -> tag();
        };
    }

    private static SpecificRecordBase with(EventType type, String field, Object value) {
        SpecificRecordBase event = valid(type);
        event.put(event.getSchema().getField(field).pos(), value);
        return event;
    }
}
