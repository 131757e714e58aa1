package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.Await;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalSettings.EventPath;
import io.lightflow.lab.answer.BatchAnswer;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.lab.feed.GeneratedFeed;
import io.lightflow.lab.feed.GeneratedFeedSettings;
import io.lightflow.lab.feed.IPinYouFeed;
import io.lightflow.lab.feed.MissingImpressions;
import io.lightflow.lab.feed.PartOfFeed;
import io.lightflow.position.Books.Entry;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.commons.io.file.PathUtils;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real logs are replayed with small polls and several tasks. Then synthetic journeys follow on the same stack.
 *
 * <p>However topologies are stopped and started, what comes out is exact (invariants A to E). A lost store stops its
 * shards; from a rebuilt or a restored one they continue exactly (invariant L).
 */
@OnLocalStack
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class RestartTest {
    private static final long EVENTS = 24_000;
    private static final double EVENTS_PER_SECOND = 3_000;

    private static final MissingImpressions MISSING = MissingImpressions.LEAVE;

    @TempDir
    private static Path data;

    private final ExecutorService feeder = Executors.newSingleThreadExecutor();
    private final GeneratedFeedSettings events = GeneratedFeedSettings.of(EVENTS, Seed.choose(), DcGroup.LOCAL);

    private LocalSettings settings;
    private Stand stand;
    /** Null if there are none. */
    private Path logs;
    /** Events of the real logs. */
    private long before;

    private FeedProducer producer;
    private Feed feed;

    @BeforeAll
    void start() {
        settings = LocalSettings.in(data.resolve("stack"))
                .with(EventPath.DIRECT)
                .withPollRecords(500)
                .withDataflowParallelism(3);
        stand = Stand.start(settings);
    }

    @AfterAll
    void end() {
        if (stand != null) {
            stand.close();
        }
        feeder.shutdownNow();
    }

    @Test
    @Order(1)
    void clicksOfRealLogsWithoutImpressionsAreOrphans() throws Exception {
        Path copies = Files.createDirectory(data.resolve("logs"));
        RealLogs.chosen().copyTo(copies);
        logs = copies;
        try (Feed real = IPinYouFeed.open(logs, MISSING, DcGroup.LOCAL)) {
            RealLogs.chosen().assertReplayed(stand.replay(real), MISSING);
        }
    }

    @Test
    @Order(2)
    void totalsAreExactAfterOtherParallelismsWipedZooKeeperARestartOfEverythingAndLostStores() throws Exception {
        before = stand.books().total(Entry.IN);
        try (Feed whole = new GeneratedFeed(events);
                FeedProducer connected = stand.producer(EVENTS_PER_SECOND)) {
            long begin = System.nanoTime();
            feed = whole;
            producer = connected;

            startFeeding(EVENTS * 3 / 10);
            awaitIn(EVENTS / 10);
            wipeZooKeeper();
            awaitIn(EVENTS * 3 / 10);

            copyStores();
            startFeeding(EVENTS / 10);
            awaitIn(EVENTS * 35 / 100);
            restartEverything();
            startFeeding(EVENTS / 10);
            awaitIn(EVENTS / 2);
            awaitCounted();

            loseStores();
            startFeeding(EVENTS / 5);
            awaitStopped();
            rebuildStores();
            awaitIn(EVENTS * 7 / 10);

            loseStores();
            restoreStores();
            FeedTotals fed = producer.feed(feed);
            Report report = Settlement.settle(stand.stack(), producer, fed, feed.skipped(), begin);
            assertThat(report.balanced()).as(report.differences().toString()).isTrue();
            assertThat(report.waiting()).isZero();
        }
        try (Feed again = new FeedSequence(fed())) {
            Answers.assertSame(stand, BatchAnswer.of(again, DcGroup.LOCAL, stand.schemas()));
        }
    }

    private List<Feed> fed() throws IOException {
        Feed synthetic = new GeneratedFeed(events);
        return logs == null ? List.of(synthetic) : List.of(IPinYouFeed.open(logs, MISSING, DcGroup.LOCAL), synthetic);
    }

    private void awaitIn(long events) throws Exception {
        stand.awaitIn(before + events);
    }

    private void startFeeding(long count) {
        feeder.submit(() -> producer.feed(new PartOfFeed(feed, count)));
    }

    /** Storm ends the process, or starts nothing more, when topologies are killed before all of them have started. */
    private void awaitCounted() throws Exception {
        try (Completion completion = new Completion(stand.stack())) {
            Await.until("all of it is counted", Stand.PATIENCE, () -> completion.lags()[1] == 0);
        }
    }

    private void assertInTheMiddle() {
        assertThat(stand.books().total(Entry.IN)).isGreaterThan(before).isLessThan(before + EVENTS);
    }

    /** Kills all topologies, removes what Trident has stored there, and submits them with more tasks. */
    private void wipeZooKeeper() throws Exception {
        for (DcGroup group : DcGroup.LOCAL) {
            topologies(group).forEach(topology -> stand.stack().kill(group, topology));
        }
        try (CuratorFramework curator =
                CuratorFrameworkFactory.newClient(stand.stack().zookeeper().connectString(), new RetryOneTime(500))) {
            curator.start();
            curator.delete().deletingChildrenIfNeeded().forPath("/transactional");
        }
        assertInTheMiddle();
        for (DcGroup group : DcGroup.LOCAL) {
            topologies(group).forEach(topology -> stand.stack().submit(group, topology, 4));
        }
    }

    private List<TopologyDescriptor> topologies(DcGroup group) {
        return Topologies.of(stand.stack().groupSettings(group));
    }

    /** Feeding waits for the central cluster to come back. */
    private void restartEverything() {
        stand.close();
        stand = Stand.startServers(settings.withDataflowParallelism(2));
        assertInTheMiddle();
        stand.stack().submitTopologies();
    }

    /** The stores are in use. */
    private void copyStores() throws IOException {
        for (DcGroup group : DcGroup.LOCAL) {
            assertDone(group, "checkpoint", "--to", copy(group).toString());
        }
    }

    private void loseStores() throws IOException {
        kill(DataflowTopology.INSTANCE);
        for (DcGroup group : DcGroup.LOCAL) {
            PathUtils.deleteDirectory(data.resolve("stack/store-" + group.name()));
        }
    }

    /** A shard is opened, and stopped, for its first block. */
    private void awaitStopped() throws Exception {
        submit(DataflowTopology.INSTANCE, 2);
        for (DcGroup group : DcGroup.LOCAL) {
            Await.until("the shards stop", Stand.PATIENCE, () -> show(group)
                    .output()
                    .contains("STOPPED by its join store"));
            Operator.Answer stopped = show(group);
            assertThat(stopped.exitCode()).isOne();
            assertThat(stopped.output())
                    .contains("no mark of it")
                    .contains("lightflow rebuild-store --settings " + data.resolve(group.name() + ".yaml"));
            Operator.Answer refused = operator(group).run("rebuild-store");
            assertThat(refused.exitCode()).isOne();
            assertThat(refused.output()).contains("is in use by");
        }
        kill(DataflowTopology.INSTANCE);
    }

    private void rebuildStores() throws IOException {
        for (DcGroup group : DcGroup.LOCAL) {
            assertDone(group, "rebuild-store");
        }
        submit(DataflowTopology.INSTANCE, 2);
    }

    private void restoreStores() throws IOException {
        for (DcGroup group : DcGroup.LOCAL) {
            assertDone(group, "restore", "--from", copy(group).toString());
        }
        submit(DataflowTopology.INSTANCE, 2);
    }

    private void kill(TopologyDescriptor topology) {
        DcGroup.LOCAL.forEach(group -> stand.stack().kill(group, topology));
    }

    private void submit(TopologyDescriptor topology, int parallelism) {
        DcGroup.LOCAL.forEach(group -> stand.stack().submit(group, topology, parallelism));
    }

    private Path copy(DcGroup group) {
        return data.resolve("copy-" + group.name());
    }

    private Operator operator(DcGroup group) throws IOException {
        return new Operator(stand, group, data);
    }

    private Operator.Answer show(DcGroup group) throws IOException {
        return operator(group).run("show", "--only", "dataflow");
    }

    private void assertDone(DcGroup group, String command, String... options) throws IOException {
        Operator.Answer answer = operator(group).run(command, options);
        assertThat(answer.exitCode()).as(answer.output()).isZero();
    }
}
