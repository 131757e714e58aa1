package io.lightflow.deploy.why;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.Tag;
import io.lightflow.event.TraceParent;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.PostgresSection;
import io.lightflow.topology.statistics.StatisticsTopology;
import io.lightflow.topology.trace.EventTrace;
import io.lightflow.topology.trace.EventTracer;
import io.lightflow.topology.trace.IdTrace;
import io.lightflow.topology.trace.RecordPlace;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Events of each fate in a {@link TracedGroup}, on which the real topologies have run. The ids say what becomes of
 * them.
 */
final class TracedEvents implements AutoCloseable {
    static final TraceParent TRACE = new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01");
    static final TraceParent CLICK_OF_TRACE = new TraceParent(TRACE.traceId(), "00f067aa0ba902b8", "01");

    /** How old records of the topics may be. */
    static final Duration BACK = Duration.ofHours(1);

    private static final String WEST = "us-west";
    private static final String EAST = "us-east";

    private final TracedGroup group;
    /** Time of the first event. */
    private final long time =
            System.currentTimeMillis() - Duration.ofMinutes(10).toMillis();

    private long originalOffset;
    /** By id and data center. */
    private final Map<String, RecordPlace> places = new TreeMap<>();

    TracedEvents(TracedGroup group) {
        this.group = group;
    }

    /** Sends the events, and runs the topologies over them. */
    void run() throws Exception {
        send(WEST, EventType.IMPRESSION, "user-1", impression("i-1", 0));
        send(EAST, EventType.IMPRESSION, "user-1", impression("i-1", 0));
        send(WEST, EventType.CLICK, "user-1", click("c-1", "adv", "i-1", 10));
        send(WEST, EventType.CLICK, "user-1", click("c-2", "adv", "i-1", 20));
        send(WEST, EventType.CLICK, "user-1", click("c-later", "adv", "i-1", 40));
        send(WEST, EventType.CONVERSION, "user-1", conversion("v-1", "adv", 30));
        send(WEST, EventType.CLICK, "user-2", click("c-waiting", "adv", "i-nowhere", 10));
        send(WEST, EventType.CONVERSION, "user-2", conversion("v-waiting", "adv", 20));
        send(WEST, EventType.CLICK, "user-3", click("c-orphan", "hasty", "i-late", 10));
        send(WEST, EventType.CONVERSION, "user-4", conversion("v-nobody", "adv", 10));
        send(WEST, EventType.TAG, "user-1", tag("t-1", 5));
        send(WEST, EventType.IMPRESSION, "user-12", impression("i-twice", 5));
        send(EAST, EventType.IMPRESSION, "user-12", impression("i-twice", -3 * 3_600));
        note("i-traced@us-west", group.send(WEST, EventType.IMPRESSION, "user-10", impression("i-traced", 5), TRACE));
        note(
                "c-traced@us-east",
                group.send(EAST, EventType.CLICK, "user-10", click("c-traced", "adv", "i-traced", 7), CLICK_OF_TRACE));
        note("damaged", group.send(EventType.TAG.centralTopic(WEST), 0, "user-11", new byte[] {1, 2, 3}, TRACE));
        Impression crawled = impression("i-crawled", 5);
        crawled.setUserAgent("a crawler");
        send(WEST, EventType.IMPRESSION, "user-9", crawled);
        send(WEST, EventType.CLICK, "user-9", click("c-crawled", "adv", "i-crawled", 6));
        send(WEST, EventType.IMPRESSION, "user-9", impression("i-fast", 5));
        send(WEST, EventType.CLICK, "user-9", click("c-fast", "adv", "i-fast", 5));
        Impression priceless = impression("i-rejected", 5);
        priceless.setPriceMicros(-1);
        send(WEST, EventType.IMPRESSION, "user-5", priceless);
        RecordMetadata damaged = group.send(
                EventType.CLICK.centralTopic(WEST), 0, "user-6", "no Avro: c-damaged".getBytes(StandardCharsets.UTF_8));
        note("c-damaged", damaged);
        group.sendBeacons(time + 300_000);
        group.run(DataflowTopology.INSTANCE);
        // It comes after its click became an orphan.
        send(WEST, EventType.IMPRESSION, "user-3", impression("i-late", 15));
        group.run(DataflowTopology.INSTANCE);
        group.run(StatisticsTopology.INSTANCE);
        setAside(output("us.joined.impressions", "i-twice"));
        group.run(ArchiveTopology.INSTANCE);
        Impression fresh = impression("i-new", 290);
        RecordMetadata sent = group.send(EAST, EventType.IMPRESSION, "user-7", fresh);
        note("i-new@us-east", sent);
        originalOffset = group.sendOriginal(EventType.IMPRESSION, sent, "user-7", fresh);
        group.run(DataflowTopology.INSTANCE);
        note(
                "v-traced@us-west",
                group.send(WEST, EventType.CONVERSION, "user-10", conversion("v-traced", "adv", 290), TRACE));
        send(EAST, EventType.IMPRESSION, "user-8", impression("i-unread", 290));
        send(WEST, EventType.IMPRESSION, "user-7", impression("i-new", 290));
    }

    TracedGroup group() {
        return group;
    }

    /** The place of an event in the central cluster; by its id, {@code @} and its data center. */
    RecordPlace place(String name) {
        return places.get(name);
    }

    /** The offset of {@code i-new} in the front cluster of us-east. */
    long originalOffset() {
        return originalOffset;
    }

    private void send(String dc, EventType type, String key, org.apache.avro.specific.SpecificRecord event) {
        note(event.get(0).toString() + "@" + dc, group.send(dc, type, key, event));
    }

    private void note(String id, RecordMetadata sent) {
        places.put(
                id,
                new RecordPlace(
                        sent.topic(),
                        "%08x".formatted(group.incarnation(sent.topic())),
                        sent.partition(),
                        sent.offset()));
    }

    /** As {@code stats-counter} does with a record that it cannot count. */
    private void setAside(RecordPlace place) throws SQLException {
        PostgresSection postgres = group.settings().postgres();
        try (Connection connection = DriverManager.getConnection(postgres.url(), postgres.user(), "");
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO stats_set_aside (topology, group_name, topic, incarnation, shard, record_offset,"
                                + " reason) VALUES ('stats-counter', 'us', ?, ?, ?, ?, 'the reason of the test')")) {
            insert.setString(1, place.topic());
            insert.setInt(2, group.incarnation(place.topic()));
            insert.setInt(3, place.partition());
            insert.setLong(4, place.offset());
            insert.executeUpdate();
        }
    }

    private Impression impression(String id, int seconds) {
        return Impression.newBuilder()
                .setId(id)
                .setTime(time + seconds * 1_000L)
                .setAdvertiserId("adv")
                .setCampaignId("camp")
                .setCreativeId("b1")
                .setPriceMicros(1_500)
                .setCurrency("EUR")
                .setCountry("PL")
                .build();
    }

    private Click click(String id, String advertiser, String impression, int seconds) {
        return Click.newBuilder()
                .setId(id)
                .setTime(time + seconds * 1_000L)
                .setAdvertiserId(advertiser)
                .setImpressionId(impression)
                .build();
    }

    private Conversion conversion(String id, String advertiser, int seconds) {
        return Conversion.newBuilder()
                .setId(id)
                .setTime(time + seconds * 1_000L)
                .setAdvertiserId(advertiser)
                .setRevenueMicros(7_000_000)
                .setCurrency("EUR")
                .build();
    }

    private Tag tag(String id, int seconds) {
        return Tag.newBuilder()
                .setId(id)
                .setTime(time + seconds * 1_000L)
                .setAdvertiserId("adv")
                .build();
    }

    IdTrace trace(String id) {
        try (ArchiveCatalog catalog = ArchiveTopology.catalog(group.settings())) {
            return trace(group.settings(), Optional.of(catalog), id);
        }
    }

    IdTrace trace(GroupSettings settings, Optional<ArchiveCatalog> catalog, String id) {
        try (EventTracer tracer = new EventTracer(settings, catalog, InstantSource.system())) {
            return tracer.trace(id, BACK);
        }
    }

    /** The only event with an id. */
    EventTrace event(String id) {
        IdTrace trace = trace(id);
        assertThat(trace.notes()).isEmpty();
        assertThat(trace.events()).hasSize(1);
        return trace.events().get(0);
    }

    Instant at(int seconds) {
        return Instant.ofEpochMilli(time + seconds * 1_000L);
    }

    /** The only record of an output topic that contains a string. */
    RecordPlace output(String topic, String string) {
        List<ConsumerRecord<byte[], byte[]>> found = outputs(topic, string);
        assertThat(found).hasSize(1);
        return new RecordPlace(
                topic,
                "%08x".formatted(group.incarnation(topic)),
                0,
                found.get(0).offset());
    }

    List<ConsumerRecord<byte[], byte[]>> outputs(String topic, String string) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = group.clients().consumer("why-test-outputs", 1_000)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (new String(record.value(), StandardCharsets.ISO_8859_1).contains(string)) {
                        found.add(record);
                    }
                }
            }
        }
        return found;
    }

    @Override
    public void close() {
        group.close();
    }
}
