package io.lightflow.lab.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.Beacon;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.SchemaIds;
import io.lightflow.event.Tag;
import io.lightflow.event.WireFormat;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedSettings;
import io.lightflow.lab.feed.IPinYouFeed;
import io.lightflow.lab.feed.MissingImpressions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that arrive as requests become the events of a direct replay. {@code lab/replay-http} compares the figures. */
class CaptureRouteTest {
    private static final String DC = "eu";
    private static final int PARTITIONS = 2;
    private static final String DIRECT = "direct-";
    private static final Map<EventType, Schema> SCHEMAS = Map.of(
            EventType.IMPRESSION, Impression.getClassSchema(),
            EventType.CLICK, Click.getClassSchema(),
            EventType.CONVERSION, Conversion.getClassSchema(),
            EventType.TAG, Tag.getClassSchema());

    /** What a link does not carry, or carries in another form. */
    private static final Set<String> OTHERS = Set.of("id", "landingPage", "ip", "clickId");

    /** An event without its id and the fields that differ. */
    private record Seen(String topic, int partition, String key, Map<String, Object> fields) {}

    @TempDir
    private Path folder;

    @Test
    void pixelsClicksPostbacksAndBatchesBecomeTheLoggedEvents() throws Exception {
        writeLogs();
        try (EmbeddedKafka kafka = new EmbeddedKafka(folder.resolve("kafka"))) {
            kafka.start();
            for (EventType type : EventType.values()) {
                kafka.createTopic(type.plural(), PARTITIONS, Map.of());
                kafka.createTopic(DIRECT + type.plural(), PARTITIONS, Map.of());
            }
            FeedSettings settings = FeedSettings.toFrontClusters(Map.of(DC, kafka.bootstrapServers()), PARTITIONS);
            feed(new FeedProducer(settings.withTopics((dc, type) -> DIRECT + type.plural()), schemaIds()));
            try (CaptureRoute route =
                    CaptureRoute.start(folder.resolve("capture"), settings.bootstrapServersByDc(), PARTITIONS)) {
                feed(new FeedProducer(settings, schemaIds(), route));
            }

            for (EventType type : EventType.values()) {
                List<SpecificRecordBase> direct = new ArrayList<>();
                List<SpecificRecordBase> http = new ArrayList<>();
                assertThat(read(kafka, type, type.plural(), http))
                        .isEqualTo(read(kafka, type, DIRECT + type.plural(), direct));
                assertSameDuplicates(direct, http);
                assertThat(direct).hasSize(type == EventType.TAG ? 0 : type == EventType.IMPRESSION ? 22 : 11);
            }
        }
    }

    /** Ten journeys with one repeated row of each kind, and a click without an impression. */
    private void writeLogs() throws IOException {
        List<String> impressions = new ArrayList<>();
        List<String> clicks = new ArrayList<>();
        List<String> conversions = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            impressions.add(row("bid" + i, "2013060600010%d192".formatted(i), "cookie" + i, "207"));
            impressions.add(row("other" + i, "2013060600010%d500".formatted(i), "cookie" + i, "99"));
            clicks.add(row("bid" + i, "2013060600020%d000".formatted(i), "cookie" + i, "0"));
            conversions.add(row("bid" + i, "2013060601020%d000".formatted(i), "cookie" + i, "0"));
        }
        impressions.add(impressions.get(3));
        clicks.set(9, row("lost", "20130606000209000", "cookie of another browser", "0"));
        clicks.add(clicks.get(4));
        conversions.add(conversions.get(5));
        Files.write(folder.resolve("imp.20130606.txt"), impressions);
        Files.write(folder.resolve("clk.20130606.txt"), clicks);
        Files.write(folder.resolve("conv.20130606.txt"), conversions);
    }

    private static String row(String bid, String time, String cookie, String price) {
        List<String> columns =
                new ArrayList<>(IntStream.range(0, 24).mapToObj(i -> "c" + i).toList());
        Map.of(
                        0,
                        bid,
                        1,
                        time,
                        3,
                        cookie,
                        4,
                        "Mozilla/5.0 (Windows NT 6.1) Chrome/27",
                        5,
                        "114.100.37.*",
                        20,
                        price,
                        21,
                        "http://shop.example/?a=1",
                        22,
                        "3427")
                .forEach(columns::set);
        return String.join("\t", columns);
    }

    private void feed(FeedProducer producer) throws IOException {
        try (Feed feed = IPinYouFeed.open(folder, MissingImpressions.DERIVE, List.of(new DcGroup(DC, List.of(DC))));
                producer) {
            producer.start();
            producer.feed(feed);
        }
    }

    private static SchemaIds schemaIds() {
        Map<String, Integer> ids = new HashMap<>();
        Stream.concat(SCHEMAS.values().stream(), Stream.of(Beacon.getClassSchema()))
                .forEach(schema -> ids.put(schema.getFullName(), ids.size() + 1));
        return new SchemaIds(ids);
    }

    /** @param events receives them with their ids, in the same order */
    private static List<Seen> read(EmbeddedKafka kafka, EventType type, String topic, List<SpecificRecordBase> events)
            throws IOException {
        List<Seen> seen = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (ConsumerRecord<byte[], byte[]> record : records(kafka, new TopicPartition(topic, partition))) {
                if (record.key() != null) {
                    SpecificRecordBase event = event(type, record.value());
                    Map<String, Object> fields = new TreeMap<>();
                    event.getSchema().getFields().stream()
                            .filter(field -> !OTHERS.contains(field.name()))
                            .forEach(field -> fields.put(field.name(), String.valueOf(event.get(field.pos()))));
                    seen.add(new Seen(type.plural(), partition, new String(record.key()), fields));
                    events.add(event);
                }
            }
        }
        return seen;
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(EmbeddedKafka kafka, TopicPartition partition) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "enable.metrics.push", false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }

    private static SpecificRecordBase event(EventType type, byte[] value) throws IOException {
        return new SpecificDatumReader<SpecificRecordBase>(SCHEMAS.get(type))
                .read(
                        null,
                        DecoderFactory.get()
                                .binaryDecoder(
                                        value, WireFormat.HEADER_BYTES, value.length - WireFormat.HEADER_BYTES, null));
    }

    /** Two events have the same id over HTTP if and only if they have the same id otherwise. */
    private static void assertSameDuplicates(List<SpecificRecordBase> direct, List<SpecificRecordBase> http) {
        Map<Object, Object> forward = new HashMap<>();
        Map<Object, Object> back = new HashMap<>();
        for (int i = 0; i < direct.size(); i++) {
            Object one = direct.get(i).get("id");
            Object other = http.get(i).get("id");
            assertThat(forward.computeIfAbsent(one, absent -> other)).isEqualTo(other);
            assertThat(back.computeIfAbsent(other, absent -> one)).isEqualTo(one);
        }
    }
}
