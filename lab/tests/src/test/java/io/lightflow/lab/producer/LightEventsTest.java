package io.lightflow.lab.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lightflow.capture.CaptureSettings;
import io.lightflow.deploy.embedded.Await;
import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.local.LocalCapture;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Tag;
import io.lightflow.event.TraceParent;
import io.lightflow.lab.feed.KeyPartitioner;
import io.lightflow.producer.BeaconPolicy;
import io.lightflow.producer.EventId;
import io.lightflow.producer.LightEvents;
import io.lightflow.producer.LightEventsMetrics;
import io.lightflow.producer.LightEventsSettings;
import io.lightflow.producer.NotAcceptedException;
import io.lightflow.producer.NotDeliveredException;
import io.lightflow.producer.SendOutcome;
import io.lightflow.producer.UnavailablePolicy;
import io.lightflow.producer.link.SignedLinks;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The producer's library and a real broker, which goes away and comes back. */
class LightEventsTest {
    private static final int PARTITIONS = 4;
    private static final String CAPTURED = "captured";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private EmbeddedKafka kafka;
    private FrontTopics topics;

    @BeforeEach
    void start() {
        kafka = new EmbeddedKafka(directory.resolve("kafka"));
        kafka.start();
        topics = new FrontTopics(kafka, PARTITIONS).create();
    }

    @AfterEach
    void stop() {
        kafka.close();
    }

    private LightEventsSettings settings() {
        return LightEventsSettings.of("eu", kafka.bootstrapServers(), PARTITIONS)
                .withBufferBytes(1 << 20)
                .withCloseTimeout(PATIENCE);
    }

    @Test
    void whatIsSentIsWhatTheJoinReadsInTheShardWhereItLooksForIt() {
        List<String> keys =
                IntStream.range(0, 40).mapToObj(i -> "cookie-é-" + i).toList();
        try (LightEvents events = LightEvents.open(settings())) {
            for (String key : keys) {
                String impression = events.newId(key);
                events.send(key, Sent.impression(impression, "agent"));
                events.send(key, Sent.click(events.newId(key), impression));
                events.send(key, Sent.conversion(events.newId(key), "click"));
                events.send(key, Sent.tag(events.newId(key)));
            }
            events.flush(PATIENCE);
            awaitBeacons(events, 2);
            LightEventsMetrics metrics = events.metrics();
            assertThat(metrics.accepted()).isEqualTo(4L * keys.size());
            assertThat(metrics.acknowledged()).isEqualTo(4L * keys.size());
            assertThat(metrics.lost() + metrics.waiting() + metrics.invalid() + metrics.notAccepted())
                    .isZero();
        }
        for (EventType type : EventType.values()) {
            List<FrontTopics.Read> read = topics.read(type);
            assertThat(read).extracting(FrontTopics.Read::entry).allSatisfy(entry -> assertThat(entry)
                    .isInstanceOfAny(LightEvent.class, BeaconMark.class));
            for (int partition = 0; partition < PARTITIONS; partition++) {
                int shard = partition;
                assertThat(read.stream()
                                .filter(one -> one.partition() == shard && one.entry() instanceof BeaconMark)
                                .count())
                        .as("beacons in %s-%d", type.plural(), shard)
                        .isGreaterThanOrEqualTo(2);
            }
            List<String> found = new ArrayList<>();
            for (FrontTopics.Read one : read) {
                if (one.entry() instanceof LightEvent event) {
                    found.add(event.joinKey());
                    byte[] key = event.joinKey().getBytes(StandardCharsets.UTF_8);
                    assertThat(one.partition())
                            .isEqualTo(KeyPartitioner.partition(key, PARTITIONS))
                            .isEqualTo(EventId.parse(event.id()).shard());
                }
            }
            assertThat(found).containsExactlyInAnyOrderElementsOf(keys);
        }
    }

    @Test
    void theTraceOfAnEventIsAHeaderOfItsRecord() {
        TraceParent trace = new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "01");
        for (UnavailablePolicy policy : List.of(
                new UnavailablePolicy.Block(PATIENCE), UnavailablePolicy.Spool.in(directory.resolve("traced")))) {
            try (LightEvents events =
                    LightEvents.open(settings().with(BeaconPolicy.NONE).with(policy))) {
                events.send("key", Sent.impression("traced", "agent"), trace);
                events.sendDurably("key", Sent.impression("durable", "agent"), trace);
                events.send("key", Sent.impression("untraced", "agent"));
                events.flush(PATIENCE);
            }
        }
        List<FrontTopics.Read> read = topics.read(EventType.IMPRESSION);
        assertThat(read).hasSize(6).allSatisfy(one -> {
            String id = ((LightEvent) one.entry()).id();
            assertThat(one.trace()).isEqualTo(id.equals("untraced") ? Optional.empty() : Optional.of(trace));
        });
    }

    @Test
    void anOutageIsSurvivedAsThePolicySays() throws Exception {
        List<String> blocked = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        List<String> spooled;
        Path spool = directory.resolve("spool");
        long dropped;
        LightEventsSettings quiet = settings().with(BeaconPolicy.NONE);
        try (LightEvents blocking = LightEvents.open(quiet.with(new UnavailablePolicy.Block(Duration.ofMillis(200))));
                LightEvents dropping = LightEvents.open(quiet.with(new UnavailablePolicy.Drop()));
                SpoolingProcess process = new SpoolingProcess(kafka.bootstrapServers(), PARTITIONS, spool);
                LocalCapture capture = new LocalCapture(
                        directory.resolve("capture"), "eu", kafka.bootstrapServers(), PARTITIONS, Optional.empty())) {
            capture.start();
            assertThat(send(blocking, "blocked", blocked)).isEqualTo(SendOutcome.ACCEPTED);
            assertThat(send(dropping, "dropped", kept)).isEqualTo(SendOutcome.ACCEPTED);
            process.awaitTaken(2_000);

            LightEvents hasty = LightEvents.open(quiet.withCloseTimeout(Duration.ZERO));
            kafka.close();
            assertThat(send(hasty, "hasty", new ArrayList<>())).isEqualTo(SendOutcome.ACCEPTED);
            assertThatThrownBy(hasty::close)
                    .isInstanceOf(NotDeliveredException.class)
                    .hasMessageContaining("1 events are lost");
            long begin = System.nanoTime();
            NotAcceptedException refusal = catchThrowableOfType(NotAcceptedException.class, () -> {
                while (true) {
                    send(blocking, "blocked", blocked);
                }
            });
            assertThat(refusal).hasMessageContaining("IMPRESSION not accepted");
            assertThat(blocking.metrics().notAccepted()).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(200), PATIENCE);
            assertThatThrownBy(() -> blocking.flush(Duration.ofMillis(1)))
                    .isInstanceOf(NotDeliveredException.class)
                    .hasMessageContaining(blocking.metrics().waiting() + " events");
            while (dropping.metrics().dropped() < 100) {
                send(dropping, "dropped", kept);
            }
            List<String> captured = loadPixels(capture);
            process.awaitTaken(3_000);
            spooled = process.kill();
            assertThat(spooled).hasSizeGreaterThanOrEqualTo(5_000);

            kafka.start();
            blocking.flush(PATIENCE);
            dropping.flush(PATIENCE);
            dropped = dropping.metrics().dropped();
            assertThat(send(blocking, "blocked", blocked)).isEqualTo(SendOutcome.ACCEPTED);
            assertThat(send(dropping, "dropped", kept)).isEqualTo(SendOutcome.ACCEPTED);
            Await.until("Kafka has the pixels", PATIENCE, () -> topics.idsOf(EventType.IMPRESSION, CAPTURED)
                    .equals(captured));
        }
        try (LightEvents next = LightEvents.open(quiet.with(UnavailablePolicy.Spool.in(spool)))) {
            assertThat(next.metrics().recovered()).isGreaterThanOrEqualTo(3_000);
            send(next, SpoolingProcess.JOIN_KEY, spooled);
            next.flush(PATIENCE);
            assertThat(next.metrics().waiting()).isZero();
            assertThat(next.metrics().lost()).isZero();
        }
        whatATopicNeverTakesIsSetAside(spool);
        assertThat(topics.eventsOf(EventType.IMPRESSION, "blocked"))
                .extracting(LightEvent::id)
                .isEqualTo(blocked);
        assertThat(dropped).isGreaterThanOrEqualTo(100);
        assertThat(topics.eventsOf(EventType.IMPRESSION, "dropped"))
                .extracting(LightEvent::id)
                .isEqualTo(kept);
        // The process may have died between taking an event and saying so.
        List<String> arrived = new ArrayList<>(topics.idsOf(EventType.IMPRESSION, SpoolingProcess.JOIN_KEY));
        assertThat(arrived).isSorted();
        assertThat(arrived.size() - spooled.size()).isBetween(0, 1);
        arrived.retainAll(spooled);
        assertThat(arrived).isEqualTo(spooled);
    }

    /** Loads pixels from a capture server, which answers them; returns the ids of their impressions. */
    private static List<String> loadPixels(LocalCapture capture) throws Exception {
        CaptureSettings.Links keys = capture.settings().links();
        SignedLinks links = new SignedLinks(keys.keys(), keys.adValidity(), keys.postbackValidity());
        List<String> ids = new ArrayList<>();
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < 100; i++) {
            String id = "captured-" + i;
            URI pixel = links.pixelUrl(capture.url().resolve("/i"), CAPTURED, Sent.impression(id, ""));
            assertThat(client.send(HttpRequest.newBuilder(pixel).build(), BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
            ids.add(id);
        }
        return ids;
    }

    private void whatATopicNeverTakesIsSetAside(Path spool) {
        try (LightEvents events = LightEvents.open(settings().with(UnavailablePolicy.Spool.in(spool)))) {
            events.send("tags", Sent.tag("short-1"));
            Tag longer = Sent.tag("long");
            longer.setUrl(noise(2_500));
            events.send("tags", longer);
            events.send("tags", Sent.tag("short-2"));
            events.flush(PATIENCE);
            assertThat(events.metrics().lost()).isOne();
            assertThat(events.metrics().acknowledged()).isEqualTo(2);
            assertThat(spool.resolve("set-aside")).isNotEmptyFile();
            awaitBeacons(events, 1);
        }
        assertThat(topics.idsOf(EventType.TAG, "tags")).containsExactly("short-1", "short-2");
    }

    private static void awaitBeacons(LightEvents events, int rounds) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (events.metrics().beacons() < (long) rounds * EventType.values().length * PARTITIONS) {
            assertThat(System.nanoTime()).as("beacons in time").isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Does not compress well. */
    private static String noise(int length) {
        byte[] text = new byte[length];
        new Random().nextBytes(text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** Notes the id of an event that was taken. */
    private static SendOutcome send(LightEvents events, String joinKey, List<String> taken) {
        String id = events.newId(joinKey);
        SendOutcome outcome = events.send(joinKey, Sent.impression(id, noise(600)));
        if (outcome == SendOutcome.ACCEPTED) {
            taken.add(id);
        }
        return outcome;
    }

    @Test
    void aTopicWithAnotherNumberOfPartitionsIsNotSentTo() {
        LightEventsSettings wrong = LightEventsSettings.of("eu", kafka.bootstrapServers(), PARTITIONS + 1);
        assertThatThrownBy(() -> LightEvents.open(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 5 partitions")
                .hasMessageContaining("found 4");
    }
}
