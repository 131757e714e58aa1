package io.lightflow.lab.up;

import static io.lightflow.lab.up.EventsFeed.click;
import static io.lightflow.lab.up.EventsFeed.impression;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.BodyEncoder;
import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.RejectedEvent;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nothing is dropped silently (invariant I), from the light topic to the topic of what was rejected. */
@OnLocalStack
@ExtendWith(SharedStand.class)
@Order(SharedStand.FIRST)
class BadInputTest {
    private static final String KEY = "bad-input";
    private static final int UNKNOWN_SCHEMA = 987_654_321;

    private final BodyEncoder encoder = new BodyEncoder();

    @Test
    void everyBadRecordIsRejectedWithItsReasonAndOriginAndTheStreamGoesOn(Stand stand) throws Exception {
        Books before = stand.books();
        long time = stand.laterMs();
        long future = System.currentTimeMillis() + Duration.ofHours(3).toMillis();
        int impressionSchema = stand.schemas().ids().of(Impression.getClassSchema());
        int clickSchema = stand.schemas().ids().of(Click.getClassSchema());
        Map<String, byte[]> bad = new LinkedHashMap<>();
        bad.put("starts with 0x00", "not Avro at all".getBytes(StandardCharsets.UTF_8));
        bad.put("found bytes that do not decode", withHeader(impressionSchema, new byte[] {2, 'x', -1}));
        bad.put("found " + UNKNOWN_SCHEMA, withHeader(UNKNOWN_SCHEMA, new byte[] {1, 2, 3}));
        bad.put("expected a non-empty id", encoded(impression(KEY, "", 1, time), impressionSchema));
        bad.put("found -5", encoded(impression(KEY, KEY + "-price", -5, time), impressionSchema));
        bad.put("found " + future, encoded(impression(KEY, KEY + "-future", 1, future), impressionSchema));
        bad.put("named io.lightflow.event.Click", encoded(click(KEY, time), clickSchema));

        Map<String, RecordMetadata> origins = send(stand, bad);
        Report report = stand.replay(impression(KEY, time), click(KEY, time + 1_000));

        assertThat(report.balanced()).as(report.differences().toString()).isTrue();
        List<RejectedEvent> rejected = stand.outputs().rejected(Stand.US.name()).stream()
                .filter(event ->
                        ByteBuffer.wrap(KEY.getBytes(StandardCharsets.UTF_8)).equals(event.getKey()))
                .toList();
        assertThat(rejected).hasSize(bad.size());
        origins.forEach((reason, origin) -> assertThat(rejected)
                .as(reason)
                .filteredOn(event -> event.getReason().contains(reason))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getValue()).isEqualTo(ByteBuffer.wrap(bad.get(reason)));
                    assertThat(event.getProvenance().getOrigin().getTopic()).isEqualTo(origin.topic());
                    assertThat(event.getProvenance().getOrigin().getPartition()).isEqualTo(origin.partition());
                    assertThat(event.getProvenance().getOrigin().getOffset()).isEqualTo(origin.offset());
                }));
        Books after = stand.books();
        assertThat(added(before, after, EventType.IMPRESSION, Entry.IN)).isEqualTo(bad.size() + 1);
        assertThat(added(before, after, EventType.IMPRESSION, Entry.REJECTED)).isEqualTo(bad.size());
        assertThat(added(before, after, EventType.IMPRESSION, Entry.JOINED)).isOne();
        assertThat(added(before, after, EventType.CLICK, Entry.JOINED)).isOne();
    }

    private static long added(Books before, Books after, EventType type, Entry entry) {
        return after.get(type, entry) - before.get(type, entry);
    }

    private byte[] encoded(FeedEvent event, int schemaId) {
        return encoder.encodeWithHeader(event.event(), schemaId);
    }

    private static byte[] withHeader(int schemaId, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) 0)
                .putInt(schemaId)
                .put(body)
                .array();
    }

    /** Sends all of them as impressions; returns where each is, by its reason. */
    private static Map<String, RecordMetadata> send(Stand stand, Map<String, byte[]> values) throws Exception {
        Map<String, RecordMetadata> origins = new LinkedHashMap<>();
        String topic = EventType.IMPRESSION.centralTopic(EventsFeed.DC);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stand.stack().centralBootstrap()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (Map.Entry<String, byte[]> value : values.entrySet()) {
                origins.put(
                        value.getKey(),
                        producer.send(new ProducerRecord<>(
                                        topic, KEY.getBytes(StandardCharsets.UTF_8), value.getValue()))
                                .get());
            }
        }
        return origins;
    }
}
