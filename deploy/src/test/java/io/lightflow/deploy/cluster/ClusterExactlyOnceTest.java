package io.lightflow.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.attribution.Windows;
import io.lightflow.deploy.feed.BeaconCadence;
import io.lightflow.deploy.feed.Continuation;
import io.lightflow.deploy.feed.DcGroup;
import io.lightflow.deploy.feed.Feed;
import io.lightflow.deploy.feed.FeedProducer;
import io.lightflow.deploy.feed.FeedSettings;
import io.lightflow.deploy.feed.FeedTotals;
import io.lightflow.deploy.feed.GeneratedFeed;
import io.lightflow.deploy.feed.GeneratedFeedSettings;
import io.lightflow.deploy.feed.PartOfFeed;
import io.lightflow.deploy.feed.TopicNames;
import io.lightflow.deploy.local.Completion;
import io.lightflow.deploy.local.JoinedTopics;
import io.lightflow.deploy.local.PostgresTotals;
import io.lightflow.deploy.local.Totals;
import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.TopologyKind;
import io.lightflow.topology.trident.RegistrySchemas;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Both topologies on the real cluster of processes: whatever is killed or wiped, the totals are exact. */
@Tag("cluster")
@Isolated
class ClusterExactlyOnceTest {
    private static final DcGroup US = new DcGroup("us", List.of("us-west", "us-east"));
    private static final int PARTITIONS = 4;
    private static final int EVENTS = 60_000;
    private static final int PARTS = 4;
    private static final double EVENTS_PER_SECOND = 4_000;
    private static final long SEED = Long.getLong("lightflow.seed", 20_260_101L);
    private static final Duration ALLOWED_DISORDER = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Small batches, so that there are many to kill in the middle of; the default rules. */
    private static final String SETTINGS = """
            group: ${group}
            dataCenters: [us-west, us-east]
            shards: ${partitions}
            kafka:
              bootstrapServers: ${kafka.central}
            registry:
              urls: ["${registry}"]
            postgres:
              url: "${jdbcUrl}"
              user: postgres
            zookeeper:
              connect: ${zookeeper}
            store:
              rocksdb:
                directory: ${data}/store/${group}
                blockCacheMb: 32
                rowCacheMb: 32
            pace:
              pollRecords: 1000
            dataflow:
              parallelism: 2
              heapMb: 256
            statistics:
              microBatch: 1s
              heapMb: 192
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private Cluster cluster;
    /** Feeds, next to what the test does. */
    private final ExecutorService feeding = Executors.newSingleThreadExecutor();

    @AfterEach
    void nothingIsLeft() {
        feeding.shutdownNow();
        if (cluster != null) {
            cluster.down(line -> {});
        }
    }

    @Test
    void totalsAreExactWhateverIsKilledWipedOrSubmittedAgain() throws Exception {
        System.out.println("seed " + SEED);
        long begin = System.nanoTime();
        cluster = Cluster.of(new ClusterSettings(
                folder.resolve("cluster").toAbsolutePath(),
                EnumSet.of(
                        Component.ZOOKEEPER, Component.STORM, Component.KAFKA, Component.POSTGRES, Component.REGISTRY),
                List.of(),
                PARTITIONS));
        cluster.up(line -> {});
        report("up", begin);
        GeneratedFeedSettings feedSettings = GeneratedFeedSettings.of(EVENTS, SEED, List.of(US));
        RegistrySchemas schemas = RegistrySchemas.connect(new GroupSettings.Registry(
                List.of(URI.create(cluster.endpoints().registry()))));
        Path settingsFile = folder.resolve("settings.yaml");
        Resources.write(settingsFile, SETTINGS);
        try (GroupOnCluster group = new GroupOnCluster(cluster, US, settingsFile);
                Feed feed = new GeneratedFeed(feedSettings);
                FeedProducer producer = new FeedProducer(feedSettings(group.centralKafka()), schemas.ids())) {
            group.createLightTopics();
            submit(group);
            feeding.submit(producer::start).get();

            killTheJoin(group, feed(producer, feed));
            killTheStatistics(group, feed(producer, feed));
            wipeZooKeeperAndSubmitWithAnotherParallelism(group, feed(producer, feed));
            FeedTotals fed = feed(producer, feed).get();

            assertThat(fed.greatestTimeMs()).isPositive();
            SingleProcessAnswer answer = SingleProcessAnswer.of(feedSettings, schemas.ids(), schemas);
            end(group, producer, fed, answer);
        }
        report("the whole test", begin);
    }

    /** Twice over: what is refused the second time leaves the first alone. */
    private void submit(GroupOnCluster group) {
        long begin = System.nanoTime();
        GroupOnCluster.Outcome first = group.submit();
        assertThat(first.exitCode()).as(first.output()).isZero();
        report("submitted", begin);
        GroupOnCluster.Outcome second = group.submit();
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.output()).contains("lightflow-dataflow-us", "kill");
        System.out.println("submitted again: " + second.output().strip());
    }

    private static void killTheJoin(GroupOnCluster group, Future<FeedTotals> feeding) throws Exception {
        group.awaitCommitted(TopologyKind.DATAFLOW, 0);
        Worker killed = group.killInTheMiddleOfABatch();
        awaitRecovery(group, TopologyKind.DATAFLOW, killed);
        feeding.get();
    }

    private static void killTheStatistics(GroupOnCluster group, Future<FeedTotals> feeding) throws Exception {
        group.awaitCommitted(TopologyKind.STATS_COUNTER, 0);
        Worker killed = group.killWithUncommittedStatistics();
        awaitRecovery(group, TopologyKind.STATS_COUNTER, killed);
        feeding.get();
    }

    /** Waits for a commit after the kill, by another worker, since only that can be. */
    private static void awaitRecovery(GroupOnCluster group, TopologyKind kind, Worker killed) {
        long begin = System.nanoTime();
        GroupOnCluster.await("the killed worker to be gone", () -> !killed.isAlive());
        group.awaitCommitted(kind, group.committed(kind));
        report(kind + " commits again after kill -9 of its worker", begin);
        assertThat(group.worker(kind).pid()).isNotEqualTo(killed.pid());
    }

    private static void wipeZooKeeperAndSubmitWithAnotherParallelism(GroupOnCluster group, Future<FeedTotals> feeding)
            throws Exception {
        long before = group.committed(TopologyKind.DATAFLOW);
        long begin = System.nanoTime();
        group.killTopologies();
        report("topologies gone", begin);
        assertThat(group.wipeTrident()).hasSize(TopologyKind.values().length);
        GroupOnCluster.Outcome again = group.submit("--parallelism", "3");
        assertThat(again.exitCode()).as(again.output()).isZero();
        assertThat(again.output()).contains("with 3 tasks");
        group.awaitCommitted(TopologyKind.DATAFLOW, before);
        report("killed, ZooKeeper wiped, and at work again with 3 tasks in place of 2", begin);
        feeding.get();
    }

    private void end(GroupOnCluster group, FeedProducer producer, FeedTotals fed, SingleProcessAnswer answer)
            throws Exception {
        Duration span = Windows.DEFAULT
                .orphanAfter()
                .plus(ALLOWED_DISORDER.multipliedBy(2))
                .plusMinutes(1);
        feeding.submit(() -> producer.sendClosingBeacons(span)).get();
        try (Completion completion = new Completion(List.of(group.settings()))) {
            completion.await(fed.greatestTimeMs() + span.minus(ALLOWED_DISORDER).toMillis(), PATIENCE);
            assertThat(completion.differences()).isEmpty();
            Books books = completion.books();
            for (EventType type : EventType.values()) {
                for (Entry entry : Entry.values()) {
                    assertThat(books.get(type, entry))
                            .as("%s %s", type.plural(), entry)
                            .isEqualTo(answer.books().get(type, entry));
                }
            }
            assertThat(books.total(Entry.IN)).isEqualTo(EVENTS);
            System.out.println(books);
        }
        // Counting fails if an event is there twice.
        Totals topics = JoinedTopics.count(group.centralKafka(), List.of(US.name()), PARTITIONS);
        Totals postgres = PostgresTotals.read(cluster.endpoints().jdbcUrl(), PostgresServer.USER);
        System.out.println(postgres);
        assertThat(topics).isEqualTo(answer.totals());
        assertThat(postgres).isEqualTo(answer.totals());
    }

    private Future<FeedTotals> feed(FeedProducer producer, Feed feed) {
        return feeding.submit(() -> producer.feed(new PartOfFeed(feed, EVENTS / PARTS)));
    }

    private static FeedSettings feedSettings(String centralKafka) {
        return new FeedSettings(
                Map.of("us-west", centralKafka, "us-east", centralKafka),
                TopicNames.CENTRAL,
                PARTITIONS,
                EVENTS_PER_SECOND,
                BeaconCadence.onClock(Duration.ofMillis(100)),
                ALLOWED_DISORDER,
                Duration.ofHours(1),
                Duration.ofMillis(5),
                Continuation.NONE);
    }

    private static void report(String what, long beginNanos) {
        System.out.printf("%s: %.1f s%n", what, (System.nanoTime() - beginNanos) / 1e9);
    }
}
