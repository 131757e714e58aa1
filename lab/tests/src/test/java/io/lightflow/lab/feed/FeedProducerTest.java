package io.lightflow.lab.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class FeedProducerTest {
    private static final int PARTITIONS = 3;
    private static final long SEED = 11;
    private static final AtomicInteger TESTS = new AtomicInteger();

    @TempDir
    static Path dir;

    private static EmbeddedKafka west;
    private static EmbeddedKafka east;

    private final String prefix = "test-" + TESTS.incrementAndGet() + ".";
    private final TopicNames names = (dc, type) -> prefix + type.plural();
    private final FedTopics westTopics = new FedTopics(west, "us-west", names, PARTITIONS).create();
    private final FedTopics eastTopics = new FedTopics(east, "us-east", names, PARTITIONS).create();
    private final FeedSettings settings = new FeedSettings(
            Map.of("us-west", west.bootstrapServers(), "us-east", east.bootstrapServers()),
            names,
            PARTITIONS,
            Double.POSITIVE_INFINITY,
            BeaconCadence.inEventTime(Duration.ofSeconds(5)),
            Duration.ofSeconds(5),
            Duration.ofHours(1),
            Duration.ofMillis(2),
            Continuation.NONE);

    @BeforeAll
    static void startClusters() {
        west = new EmbeddedKafka(dir.resolve("west"));
        east = new EmbeddedKafka(dir.resolve("east"));
        west.start();
        east.start();
    }

    @AfterAll
    static void stopClusters() {
        west.close();
        east.close();
    }

    /** Two hours of traffic of the group us, with five seconds of disorder. */
    private static GeneratedFeed feed(long count) {
        return new GeneratedFeed(new GeneratedFeedSettings(
                count,
                SEED,
                GeneratedFeedSettings.DEFAULT_START,
                Duration.ofHours(2),
                Duration.ofSeconds(5),
                List.of(new DcGroup("us", List.of("us-west", "us-east")))));
    }

    private FeedTotals run(FeedSettings how, Feed feed) {
        try (FeedProducer producer = new FeedProducer(how, FedTopics.schemaIds())) {
            producer.start();
            return producer.feed(feed);
        }
    }

    private List<FedTopics.Read> read() {
        return Stream.of(westTopics, eastTopics)
                .map(FedTopics::read)
                .flatMap(Collection::stream)
                .toList();
    }

    @Test
    void everyEventArrivesOnceInTheWireFormatAtItsDataCenterAndItsKeysPartition() {
        long beforeMs = System.currentTimeMillis();
        FeedTotals totals = run(settings, feed(5_000));

        assertThat(totals.sent()).isEqualTo(5_000);
        List<String> expected = new ArrayList<>();
        Feeds.drain(feed(5_000)).forEach(event -> expected.add(event.dc() + event.key() + event.event()));
        List<String> found = new ArrayList<>();
        for (FedTopics topics : List.of(westTopics, eastTopics)) {
            for (FedTopics.Read read : topics.read()) {
                assertThat(read.record().timestamp()).isBetween(beforeMs, System.currentTimeMillis());
                if (read.entry() instanceof LightEvent event) {
                    found.add(topics.dc() + event.joinKey() + event.record());
                    assertThat(event.type()).isEqualTo(read.type());
                    assertThat(read.record().headers()).isEmpty();
                    assertThat(read.record().partition())
                            .isEqualTo(KeyPartitioner.partition(read.record().key(), PARTITIONS));
                } else {
                    assertThat(read.entry()).isInstanceOf(BeaconMark.class);
                }
            }
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void thePartitionOfAKeyIsThatOfKafkasOwnPartitioner() {
        Random random = new Random(SEED);
        for (int i = 0; i < 10_000; i++) {
            byte[] key = Long.toString(random.nextLong(), 36).getBytes(StandardCharsets.UTF_8);
            assertThat(KeyPartitioner.partition(key, 7)).isEqualTo(BuiltInPartitioner.partitionForKey(key, 7));
        }
    }

    @Test
    void beaconsComeIntoEveryPartitionOfEveryDataCenterAndKeepTheirPromise() {
        run(settings, feed(5_000));
        assertPromiseIsKept(read(), Duration.ofSeconds(5));
    }

    @Test
    void beaconsKeepTheirPromiseWhenTheFeedIsInGreaterDisorderThanAllowed() {
        run(settings.withAllowedDisorder(Duration.ofMillis(100)), feed(5_000));
        assertPromiseIsKept(read(), Duration.ofMillis(100));
    }

    @Test
    void theFirstRecordsOfATopicThatWasJustMadeArriveInOrder() {
        // Its leader refuses records for a moment; what is sent meanwhile must not overtake them.
        for (int i = 0; i < 2; i++) {
            String topicPrefix = prefix + i + ".";
            TopicNames fresh = (dc, type) -> topicPrefix + type.plural();
            FedTopics topics = new FedTopics(west, "us-west", fresh, PARTITIONS).create();
            FeedSettings how = FeedSettings.toFrontClusters(Map.of("us-west", west.bootstrapServers()), PARTITIONS)
                    .withTopics(fresh)
                    .withContinuation(Continuation.NONE);
            List<FeedEvent> clicks = new ArrayList<>();
            for (int time = 1; time <= 3_000; time++) {
                clicks.add(click("us-west", time));
            }
            run(how, new ListFeed(clicks));

            List<Long> times = new ArrayList<>();
            topics.read().forEach(read -> {
                if (read.entry() instanceof LightEvent event) {
                    times.add(event.time());
                }
            });
            assertThat(times).isSorted().hasSize(3_000);
        }
    }

    private static void assertPromiseIsKept(List<FedTopics.Read> reads, Duration allowedDisorder) {
        Map<String, Long> lastBeacons = new HashMap<>();
        Map<String, Integer> beacons = new HashMap<>();
        for (FedTopics.Read read : reads) {
            String where = read.topicPartition();
            if (read.entry() instanceof BeaconMark beacon) {
                assertThat(beacon.time()).isGreaterThanOrEqualTo(lastBeacons.getOrDefault(where, Long.MIN_VALUE));
                lastBeacons.put(where, beacon.time());
                beacons.merge(where, 1, Integer::sum);
            } else if (read.entry() instanceof LightEvent event && lastBeacons.containsKey(where)) {
                assertThat(event.time()).isGreaterThanOrEqualTo(lastBeacons.get(where) - allowedDisorder.toMillis());
            }
        }
        assertThat(beacons).hasSize(2 * EventType.values().length * PARTITIONS);
        assertThat(beacons.values()).allMatch(count -> count > 100);
    }

    @Test
    void anEventFromTheFarFutureDoesNotMoveBeacons() {
        long nowMs = System.currentTimeMillis();
        Feed feed = new ListFeed(List.of(
                click("us-west", nowMs - 60_000),
                click("us-west", nowMs + Duration.ofDays(300).toMillis()),
                click("us-west", nowMs - 40_000),
                click("us-west", nowMs - 20_000)));

        assertThat(run(settings, feed).greatestTimeMs()).isEqualTo(nowMs - 20_000);
        assertThat(read()).allSatisfy(read -> {
            if (read.entry() instanceof BeaconMark beacon) {
                assertThat(beacon.time()).isLessThan(nowMs);
            }
        });
    }

    @Test
    void closingBeaconsEndEveryPartition() {
        Duration span = Duration.ofDays(31);
        FeedTotals totals;
        try (FeedProducer producer = new FeedProducer(settings, FedTopics.schemaIds())) {
            producer.start();
            totals = producer.feed(feed(1_000));
            producer.sendClosingBeacons(span);
        }

        Map<String, FedTopics.Read> last = new HashMap<>();
        read().forEach(read -> last.put(read.topicPartition(), read));
        assertThat(last).hasSize(2 * EventType.values().length * PARTITIONS);
        assertThat(last.values()).allSatisfy(read -> assertThat(((BeaconMark) read.entry()).time())
                .isEqualTo(totals.greatestTimeMs() + span.toMillis()));
    }

    @Test
    void aFeedThatWasBrokenOffIsContinuedExactly() {
        FeedSettings continued = settings.withContinuation(Continuation.CONTINUE);
        Random random = new Random(SEED);
        int runs = 0;
        for (int breakAt = 1; breakAt < 4_000; breakAt += 1 + random.nextInt(1_500)) {
            int at = breakAt;
            assertThatThrownBy(() -> run(continued, new BreakingFeed(feed(4_000), at)))
                    .isInstanceOf(BrokenOffException.class);
            runs++;
        }
        FeedTotals last = run(continued, feed(4_000));
        FeedTotals again = run(continued, feed(4_000));

        assertThat(runs).isGreaterThan(3);
        assertThat(last.read()).isEqualTo(4_000);
        assertThat(again.sent()).isZero();
        assertThat(again.alreadyThere()).isEqualTo(4_000);
        assertEveryEventIsThereOnce(4_000);
    }

    @Test
    void anotherFeedIsNoContinuation() {
        FeedSettings continued = settings.withContinuation(Continuation.CONTINUE);
        run(continued, new ListFeed(List.of(click("us-west", 1_000_000))));

        assertThat(run(continued, feed(1_000)).sent()).isEqualTo(1_000);
    }

    @Test
    void aRateIsKeptAndBeaconsComeByTheClock() {
        FeedSettings slow = settings.withRate(1_000).withBeacons(BeaconCadence.onClock(Duration.ofMillis(200)));
        long begin = System.nanoTime();
        FeedTotals totals = run(slow, feed(2_001));
        Duration took = Duration.ofNanos(System.nanoTime() - begin);

        assertThat(took).isGreaterThanOrEqualTo(Duration.ofMillis(2_000));
        long rounds = totals.beacons() / (2L * EventType.values().length * PARTITIONS);
        assertThat(rounds).isBetween(3L, took.toMillis() / 200 + 1);
    }

    @Test
    void stopEndsASlowFeedSoon() throws Exception {
        try (FeedProducer producer = new FeedProducer(settings.withRate(0.001), FedTopics.schemaIds())) {
            producer.start();
            CompletableFuture<FeedTotals> feeding = CompletableFuture.supplyAsync(() -> producer.feed(feed(1_000)));
            Feeds.await("the first event is fed", () -> producer.totals().read() > 0);
            producer.stop();
            assertThat(feeding.get(20, TimeUnit.SECONDS).sent()).isEqualTo(1);
        }
    }

    @Test
    void aClusterThatIsAwayIsWaitedForAndNothingIsLostOrSentTwice() throws Exception {
        FeedSettings slow = settings.withRate(1_000);
        try (FeedProducer producer = new FeedProducer(slow, FedTopics.schemaIds())) {
            producer.start();
            CompletableFuture<FeedTotals> feeding = CompletableFuture.supplyAsync(() -> producer.feed(feed(4_000)));
            Feeds.await("a quarter is fed", () -> producer.totals().read() >= 1_000 || feeding.isDone());
            east.close();
            east.start();
            assertThat(feeding.get(120, TimeUnit.SECONDS).sent()).isEqualTo(4_000);
        }
        assertEveryEventIsThereOnce(4_000);
    }

    @Test
    void anEventOfADataCenterWithoutAClusterIsAnError() {
        assertThatThrownBy(() -> run(settings, new ListFeed(List.of(click("mars", 1_000)))))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("mars")
                .hasMessageContaining("us-east");
    }

    private void assertEveryEventIsThereOnce(long count) {
        List<String> expected = new ArrayList<>();
        Feeds.drain(feed(count)).forEach(event -> expected.add(event.dc() + event.event()));
        List<String> found = new ArrayList<>();
        read().forEach(read -> {
            if (read.entry() instanceof LightEvent event) {
                found.add(read.dc() + event.record());
            }
        });
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static FeedEvent click(String dc, long timeMs) {
        Click click = Click.newBuilder()
                .setId("c" + timeMs)
                .setTime(timeMs)
                .setAdvertiserId("a")
                .setImpressionId("i")
                .build();
        return new FeedEvent(dc, EventType.CLICK, "key", click, timeMs);
    }
}
