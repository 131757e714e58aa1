package io.lightflow.deploy.why;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.deploy.local.StackFolder;
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
import io.lightflow.topology.trace.EventCopy;
import io.lightflow.topology.trace.EventSpan;
import io.lightflow.topology.trace.EventTrace;
import io.lightflow.topology.trace.EventTracer;
import io.lightflow.topology.trace.Fate;
import io.lightflow.topology.trace.Hop;
import io.lightflow.topology.trace.Hop.Station;
import io.lightflow.topology.trace.IdTrace;
import io.lightflow.topology.trace.Pending;
import io.lightflow.topology.trace.RecordPlace;
import io.lightflow.topology.trace.RelatedEvent;
import io.lightflow.topology.trace.RelatedEvent.Relation;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Each fate of an event, on the topics and tables that the real topologies have written. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EventTracerTest {
    private static final Duration BACK = Duration.ofHours(1);
    private static final String WEST = "us-west";
    private static final String EAST = "us-east";

    @TempDir
    private static Path folder;

    private static final TraceParent TRACE =
            new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01");
    private static final TraceParent CLICK_OF_TRACE = new TraceParent(TRACE.traceId(), "00f067aa0ba902b8", "01");

    private static TracedGroup group;
    /** Time of the first event. */
    private static long time;

    private static long originalOffset;
    /** By id and data center. */
    private static final Map<String, RecordPlace> PLACES = new TreeMap<>();

    @BeforeAll
    static void runTheTopologies() throws Exception {
        group = new TracedGroup(folder);
        time = System.currentTimeMillis() - Duration.ofMinutes(10).toMillis();
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

    @AfterAll
    static void close() {
        group.close();
    }

    private static void send(String dc, EventType type, String key, org.apache.avro.specific.SpecificRecord event) {
        note(event.get(0).toString() + "@" + dc, group.send(dc, type, key, event));
    }

    private static void note(String id, RecordMetadata sent) {
        PLACES.put(
                id,
                new RecordPlace(
                        sent.topic(),
                        "%08x".formatted(group.incarnation(sent.topic())),
                        sent.partition(),
                        sent.offset()));
    }

    /** As {@code stats-counter} does with a record that it cannot count. */
    private static void setAside(RecordPlace place) throws SQLException {
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

    private static Impression impression(String id, int seconds) {
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

    private static Click click(String id, String advertiser, String impression, int seconds) {
        return Click.newBuilder()
                .setId(id)
                .setTime(time + seconds * 1_000L)
                .setAdvertiserId(advertiser)
                .setImpressionId(impression)
                .build();
    }

    private static Conversion conversion(String id, String advertiser, int seconds) {
        return Conversion.newBuilder()
                .setId(id)
                .setTime(time + seconds * 1_000L)
                .setAdvertiserId(advertiser)
                .setRevenueMicros(7_000_000)
                .setCurrency("EUR")
                .build();
    }

    private static Tag tag(String id, int seconds) {
        return Tag.newBuilder()
                .setId(id)
                .setTime(time + seconds * 1_000L)
                .setAdvertiserId("adv")
                .build();
    }

    private static IdTrace trace(String id) {
        try (ArchiveCatalog catalog = ArchiveTopology.catalog(group.settings())) {
            return trace(group.settings(), Optional.of(catalog), id);
        }
    }

    private static IdTrace trace(GroupSettings settings, Optional<ArchiveCatalog> catalog, String id) {
        try (EventTracer tracer = new EventTracer(settings, catalog, InstantSource.system())) {
            return tracer.trace(id, BACK);
        }
    }

    /** The only event with an id. */
    private static EventTrace event(String id) {
        IdTrace trace = trace(id);
        assertThat(trace.notes()).isEmpty();
        assertThat(trace.events()).hasSize(1);
        return trace.events().get(0);
    }

    private static List<Hop> hops(EventTrace event, Station station) {
        return event.hops().stream().filter(hop -> hop.station() == station).toList();
    }

    private static Hop hop(EventTrace event, Station station) {
        assertThat(hops(event, station)).as(event.hops().toString()).hasSize(1);
        return hops(event, station).get(0);
    }

    private static List<String> related(EventTrace event, Relation relation) {
        return event.related().stream()
                .filter(other -> other.relation() == relation)
                .map(RelatedEvent::id)
                .toList();
    }

    private static Instant at(int seconds) {
        return Instant.ofEpochMilli(time + seconds * 1_000L);
    }

    /** The only record of an output topic that contains a string. */
    private static RecordPlace output(String topic, String string) {
        List<ConsumerRecord<byte[], byte[]>> found = outputs(topic, string);
        assertThat(found).hasSize(1);
        return new RecordPlace(
                topic,
                "%08x".formatted(group.incarnation(topic)),
                0,
                found.get(0).offset());
    }

    private static List<ConsumerRecord<byte[], byte[]>> outputs(String topic, String string) {
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

    @Test
    void aJoinedImpressionIsFollowedFromItsProducerToTheArchive() {
        EventTrace event = event("i-1");

        assertThat(event.fate()).isEqualTo(Fate.JOINED);
        assertThat(event.joinKey()).isEqualTo("user-1");
        assertThat(hop(event, Station.PRODUCED).time()).isEqualTo(at(0));
        assertThat(hop(event, Station.FRONT).place()).isEqualTo(new RecordPlace("impressions", null, 0, null));
        assertThat(hop(event, Station.READ).time()).isNotNull();
        assertThat(hop(event, Station.DECIDED).text()).isEqualTo("joined: the first impression with its id");
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(output("us.joined.impressions", "i-1"));
        assertThat(hop(event, Station.COUNTED).rows()).anySatisfy(row -> {
            assertThat(row.table()).isEqualTo("stats_minute");
            assertThat(row.time()).isEqualTo(at(0).truncatedTo(java.time.temporal.ChronoUnit.MINUTES));
            assertThat(row.dimensions()).containsEntry("campaign", "camp").containsEntry("currency", "EUR");
        });
        assertThat(hops(event, Station.ARCHIVED))
                .extracting(hop -> hop.archive().table())
                .containsExactly("impressions", "joined_impressions");
        assertThat(hops(event, Station.ARCHIVED)).allSatisfy(hop -> assertThat(Files.isRegularFile(
                        Path.of(java.net.URI.create(hop.archive().file()))))
                .isTrue());
        assertThat(related(event, Relation.USED_BY)).containsExactlyInAnyOrder("c-1", "c-2", "c-later", "v-1");
        assertThat(event.missing()).isEmpty();
        assertThat(event.possible())
                .containsExactly(new Pending("a click can name it", at(0).plus(Duration.ofDays(30))));
    }

    @Test
    void aDuplicateNamesTheRecordThatWasIngested() {
        EventTrace event = event("i-1");

        RecordPlace ingested = hop(event, Station.CENTRAL).place();
        assertThat(event.copies()).hasSize(1);
        EventCopy copy = event.copies().get(0);
        assertThat(List.of(ingested, copy.place()))
                .containsExactlyInAnyOrder(PLACES.get("i-1@us-west"), PLACES.get("i-1@us-east"));
        assertThat(copy.fate()).isEqualTo(Fate.DUPLICATE);
        assertThat(copy.text()).isEqualTo("duplicate of " + ingested);
    }

    @Test
    void aDuplicateOfAnotherHourIsFoundFromBoth() {
        EventTrace event = event("i-twice");

        assertThat(event.copies()).extracting(EventCopy::fate).containsExactly(Fate.DUPLICATE);
        // Either may have been read first.
        assertThat(List.of(
                        hop(event, Station.CENTRAL).place(),
                        event.copies().get(0).place()))
                .containsExactlyInAnyOrder(PLACES.get("i-twice@us-west"), PLACES.get("i-twice@us-east"));
    }

    @Test
    void aJoinedEventThatWasSetAsideCountsInNoRow() {
        Hop counted = hop(event("i-twice"), Station.COUNTED);

        assertThat(counted.rows()).isEmpty();
        assertThat(counted.text()).contains("stats_set_aside").endsWith("the reason of the test");
    }

    @Test
    void aJoinedClickNamesItsImpressionAndWhatItIsUsedFor() {
        EventTrace event = event("c-2");

        assertThat(event.fate()).isEqualTo(Fate.JOINED);
        assertThat(hop(event, Station.CENTRAL).place()).isEqualTo(PLACES.get("c-2@us-west"));
        assertThat(hop(event, Station.DECIDED).text())
                .isEqualTo("joined with impression i-1, 20s before the click; the rules allow 30d before and 1d after");
        assertThat(related(event, Relation.JOINED_WITH)).containsExactly("i-1");
        assertThat(related(event, Relation.SAME_IMPRESSION)).containsExactlyInAnyOrder("c-1", "c-later");
        assertThat(related(event, Relation.USED_BY)).containsExactly("v-1");
        assertThat(event.possible())
                .containsExactly(new Pending("a conversion can be attributed to it", at(20).plus(Duration.ofDays(30))));
    }

    @Test
    void aJoinedConversionTellsWhyTheOtherClicksLost() {
        EventTrace event = event("v-1");

        assertThat(event.fate()).isEqualTo(Fate.JOINED);
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(output("us.joined.conversions", "v-1"));
        assertThat(hop(event, Station.DECIDED).text())
                .isEqualTo("attributed to click c-2, 10s before it, the last click of user-1 for advertiser adv;"
                        + " clickLookBack 30d");
        assertThat(related(event, Relation.JOINED_WITH)).containsExactly("c-2", "i-1");
        assertThat(event.related())
                .filteredOn(other -> other.relation() == Relation.LOST)
                .extracting(RelatedEvent::id, RelatedEvent::text, RelatedEvent::place)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "c-later", "it is 10s later than the conversion", PLACES.get("c-later@us-west")),
                        org.assertj.core.groups.Tuple.tuple(
                                "c-1",
                                "click c-2 is the last one at or before the conversion",
                                PLACES.get("c-1@us-west")));
        assertThat(hop(event, Station.COUNTED).rows()).isNotEmpty();
    }

    @Test
    void anUnattributedConversionCountsInNoRow() {
        EventTrace event = event("v-nobody");

        assertThat(event.fate()).isEqualTo(Fate.UNATTRIBUTED);
        assertThat(hop(event, Station.DECIDED).text())
                .startsWith("unattributed: no click of user-4 for advertiser adv lies within clickLookBack, 30d");
        assertThat(hop(event, Station.COUNTED).text()).isEqualTo("in no row: the conversion is unattributed");
    }

    @Test
    void aWaitingClickTellsForWhatAndUntilWhen() {
        EventTrace event = event("c-waiting");

        assertThat(event.fate()).isEqualTo(Fate.WAITING);
        assertThat(event.missing())
                .containsExactly(new Pending("impression i-nowhere", at(10).plus(Duration.ofDays(1))));
        assertThat(hops(event, Station.EMITTED)).isEmpty();
        assertThat(hops(event, Station.ARCHIVED))
                .extracting(hop -> hop.archive().table())
                .containsExactly("clicks");
    }

    @Test
    void aConversionWaitsWithTheClickThatWouldWin() {
        EventTrace event = event("v-waiting");

        assertThat(event.fate()).isEqualTo(Fate.WAITING);
        assertThat(related(event, Relation.WAITS)).containsExactly("c-waiting");
        assertThat(event.missing())
                .containsExactly(
                        new Pending("impression i-nowhere of click c-waiting", at(10).plus(Duration.ofDays(1))));
    }

    @Test
    void anOrphanTellsThatItsImpressionCameTooLate() {
        EventTrace event = event("c-orphan");

        assertThat(event.fate()).isEqualTo(Fate.ORPHANED);
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(output("us.orphans", "c-orphan"));
        assertThat(hop(event, Station.DECIDED).text())
                .isEqualTo("an orphan: impression i-late did not come within orphanAfter, 1s; final");
        assertThat(event.related()).singleElement().satisfies(impression -> {
            assertThat(impression.relation()).isEqualTo(Relation.NAMED);
            assertThat(impression.place()).isEqualTo(PLACES.get("i-late@us-west"));
            assertThat(impression.text()).isEqualTo("it is 5s after the click; orphanAfter is 1s");
        });
        assertThat(hops(event, Station.ARCHIVED))
                .extracting(hop -> hop.archive().table())
                .containsExactly("clicks", "orphans");
    }

    @Test
    void aRejectedEventTellsTheReason() {
        EventTrace event = event("i-rejected");

        assertThat(event.fate()).isEqualTo(Fate.REJECTED);
        assertThat(hop(event, Station.DECIDED).text()).startsWith("rejected: ").contains("-1");
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(output("us.rejected", "i-rejected"));
        assertThat(hops(event, Station.ARCHIVED))
                .extracting(hop -> hop.archive().table())
                .containsExactly("impressions", "rejected");
    }

    @Test
    void invalidTrafficNamesItsRule() {
        EventTrace click = event("c-crawled");
        assertThat(hop(click, Station.DECIDED).text()).endsWith("; invalid traffic by the rule invalid-impression");
        assertThat(hop(click, Station.COUNTED).text()).contains("apart, as invalid traffic");
        assertThat(hop(event("i-crawled"), Station.DECIDED).text())
                .isEqualTo("joined: the first impression with its id; invalid traffic by the rule crawler");
        assertThat(hop(event("c-fast"), Station.DECIDED).text())
                .endsWith("; matches the traffic rule fast-click, in shadow mode");
    }

    @Test
    void aPartnersTopicHasTheChosenEvents() {
        assertThat(output("us.partner", "c-1").offset()).isNotNegative();
        assertThat(outputs("us.partner", "c-crawled")).isEmpty();
        assertThat(outputs("us.joined.clicks", "c-crawled")).hasSize(1);
    }

    @Test
    void aTagIsFollowedToo() {
        EventTrace event = event("t-1");

        assertThat(event.type()).isEqualTo(EventType.TAG);
        assertThat(event.fate()).isEqualTo(Fate.JOINED);
        assertThat(hops(event, Station.COUNTED)).isEmpty();
    }

    @Test
    void anEventThatIsNotArchivedYetIsFoundInTheTopics() {
        EventTrace event = event("i-new");

        assertThat(event.fate()).isEqualTo(Fate.JOINED);
        assertThat(hop(event, Station.CENTRAL).place()).isEqualTo(PLACES.get("i-new@us-east"));
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(output("us.joined.impressions", "i-new"));
        assertThat(hop(event, Station.FRONT).place())
                .isEqualTo(new RecordPlace("impressions", null, 0, originalOffset));
        assertThat(hops(event, Station.ARCHIVED)).isEmpty();
        assertThat(event.missing())
                .extracting(Pending::what)
                .anyMatch(what -> what.startsWith("stats-counter must count it: stats-counter is at offset "))
                .anyMatch(what -> what.startsWith("the archive must write it: us.impressions is at offset "))
                .anyMatch(what -> what.startsWith("the archive must write it: us.joined_impressions is at offset "));
        assertThat(event.copies()).singleElement().satisfies(copy -> {
            assertThat(copy.fate()).isEqualTo(Fate.NOT_READ);
            assertThat(copy.place()).isEqualTo(PLACES.get("i-new@us-west"));
        });
    }

    @Test
    void anEventThatIsNotReadYetTellsWhereTheJoinIs() {
        EventTrace event = event("i-unread");

        RecordPlace place = PLACES.get("i-unread@us-east");
        assertThat(event.fate()).isEqualTo(Fate.NOT_READ);
        assertThat(hop(event, Station.CENTRAL).place()).isEqualTo(place);
        assertThat(event.missing())
                .extracting(Pending::what)
                .contains("dataflow must read it: dataflow is at offset " + place.offset() + ", the record at "
                        + place.offset());
    }

    @Test
    void anUnknownIdTellsWhatWasSearched() {
        IdTrace trace = trace("nobody");

        assertThat(trace.events()).isEmpty();
        assertThat(trace.searched().archiveFrom()).isBeforeOrEqualTo(at(0));
        assertThat(trace.searched().archiveTo()).isAfter(at(0));
        assertThat(trace.searched().topicsFrom()).isEqualTo(trace.at().minus(BACK));
        assertThat(trace.searched().topicRecords()).isPositive();
    }

    @Test
    void withoutAnArchiveTheTopicsTellTheSame() {
        for (String id : List.of("i-1", "v-1", "v-waiting", "c-orphan")) {
            EventTrace archived = event(id);
            EventTrace recent = trace(group.settingsWithoutArchive(), Optional.empty(), id)
                    .events()
                    .get(0);

            assertThat(recent.fate()).as(id).isEqualTo(archived.fate());
            assertThat(recent.related()).as(id).containsExactlyInAnyOrderElementsOf(archived.related());
            assertThat(recent.missing()).as(id).isEqualTo(archived.missing());
            assertThat(recent.hops())
                    .as(id)
                    .containsExactlyElementsOf(archived.hops().stream()
                            .filter(hop -> hop.station() != Station.ARCHIVED)
                            .toList());
        }
    }

    @Test
    void aRecordThatDoesNotDecodeIsFoundByItsBytesInTheTopics() {
        EventTrace event = trace(group.settingsWithoutArchive(), Optional.empty(), "c-damaged")
                .events()
                .get(0);

        assertThat(event.fate()).isEqualTo(Fate.REJECTED);
        assertThat(event.time()).isNull();
        assertThat(hop(event, Station.CENTRAL).place()).isEqualTo(PLACES.get("c-damaged"));
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(output("us.rejected", "c-damaged"));
    }

    @Test
    void aTraceparentAsksForTheEventsOfItsTrace() {
        IdTrace trace = trace("00-" + TRACE.traceId() + "-aaaaaaaaaaaaaaaa-00");

        assertThat(trace.notes()).isEmpty();
        assertThat(trace.events())
                .extracting(EventTrace::id)
                .containsExactlyInAnyOrder(
                        "i-traced",
                        "c-traced",
                        "v-traced",
                        PLACES.get("damaged").toString());
        assertThat(trace.events()).allSatisfy(event -> {
            String span = (event.id().equals("c-traced") ? CLICK_OF_TRACE : TRACE).spanId();
            assertThat(event.span()).isEqualTo(new EventSpan(TRACE.traceId(), span));
            assertThat(hop(event, Station.PRODUCED).text()).endsWith("trace " + TRACE.traceId() + ", span " + span);
            assertThat(event.fate())
                    .isEqualTo(
                            switch (event.id()) {
                                case "i-traced", "c-traced" -> Fate.JOINED;
                                case "v-traced" -> Fate.NOT_READ;
                                default -> Fate.REJECTED;
                            });
        });
        assertThat(event("c-traced").span().spanId()).isEqualTo(CLICK_OF_TRACE.spanId());
    }

    @Test
    void withoutAnArchiveTheTopicsHaveTheTrace() {
        IdTrace trace = trace(group.settingsWithoutArchive(), Optional.empty(), TRACE.toString());

        assertThat(trace.events())
                .extracting(EventTrace::id)
                .containsExactlyInAnyOrder(
                        "i-traced",
                        "c-traced",
                        "v-traced",
                        PLACES.get("damaged").toString());
    }

    @Test
    void anUnknownTraceIsTold() throws Exception {
        StringWriter none = new StringWriter();

        int code = run(
                none,
                "--settings",
                group.settingsFile().toString(),
                "00-cccccccccccccccccccccccccccccccc-00f067aa0ba902b7-01");

        assertThat(code).isEqualTo(1);
        assertThat(none.toString())
                .contains("No event of group us of trace cccccccccccccccccccccccccccccccc was found.");
    }

    private static int run(StringWriter out, String... arguments) {
        CommandLine command = WhyCommand.commandLine();
        return command.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(arguments);
    }

    @Test
    void theCommandWritesTextAndJson() throws Exception {
        String settings = group.settingsFile().toString();
        StringWriter text = new StringWriter();
        StringWriter json = new StringWriter();
        StringWriter none = new StringWriter();

        assertThat(run(text, "--settings", settings, "v-1")).as(text.toString()).isZero();
        assertThat(run(json, "--settings", settings, "--format", "json", "v-1")).isZero();
        assertThat(run(none, "--settings", settings, "nobody")).isEqualTo(1);

        assertThat(text.toString())
                .startsWith("conversion v-1 of group us: joined")
                .contains(PLACES.get("v-1@us-west") + ", incarnation ");
        assertThat(new com.fasterxml.jackson.databind.ObjectMapper()
                        .readTree(json.toString())
                        .at("/0/events/0/hops/2/place/offset")
                        .asLong())
                .isEqualTo(PLACES.get("v-1@us-west").offset());
        assertThat(none.toString()).contains("No event of group us with id nobody was found.");
    }

    /** The page shows what the command writes, apart from times, offsets, incarnations and names of files. */
    @Test
    void theSampleOfThePageIsTheAnswer() throws Exception {
        StringWriter text = new StringWriter();
        run(text, "--settings", group.settingsFile().toString(), "v-1");
        String page = Files.readString(Path.of("../../docs/operating/why.md"));
        String sample =
                page.substring(page.indexOf("```text\n") + 8, page.indexOf("```\n", page.indexOf("```text\n") + 8));

        assertThat(shape(sample)).isEqualTo(shape(text.toString()));
    }

    private static List<String> shape(String text) {
        return text.lines()
                .map(line -> line.replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z?", "TIME")
                        .replaceAll("incarnation [0-9a-f]{8}", "incarnation ID")
                        .replaceAll(" of file:\\S+", " of FILE")
                        .replaceAll("\\d\\S*s after it was read", "TIME after it was read")
                        .replaceAll("us-(east|west)", "us-DC")
                        .replaceAll("(-0 at|offset|txid|row|searched:) \\d+", "$1 N"))
                // Whether it is closed depends on the hour in which the test runs.
                .filter(line -> !line.startsWith("  hour "))
                .toList();
    }

    @Test
    void aFolderWithoutSettingsOfGroupsIsRefused() throws Exception {
        Files.createDirectories(folder.resolve("empty/postgres"));
        StringWriter err = new StringWriter();

        assertThat(run(err, "--data", folder.resolve("empty").toString(), "v-1"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("expected the settings of groups in the subfolder groups of ");
    }

    /** The last test, since it ends the servers. */
    @Test
    @Order(Integer.MAX_VALUE)
    void theFolderOfAStoppedStackTellsTheSame() {
        StringWriter before = new StringWriter();
        StringWriter after = new StringWriter();
        StackFolder.write(folder, group.settings());
        String data = folder.toString();
        run(before, "--settings", folder.resolve("groups/us.yaml").toString(), "v-1");
        group.close();

        assertThat(run(after, "--data", data, "v-1")).as(after.toString()).isZero();
        assertThat(after.toString().lines().filter(line -> !line.startsWith("searched")))
                .containsExactlyElementsOf(before.toString()
                        .lines()
                        .filter(line -> !line.startsWith("searched"))
                        .toList());
        assertThat(after.toString()).doesNotContain("note:");
    }
}
