package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalSettings.EventPath;
import io.lightflow.lab.answer.BatchAnswer;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.lab.feed.GeneratedFeed;
import io.lightflow.lab.feed.GeneratedFeedSettings;
import io.lightflow.lab.feed.PartOfFeed;
import io.lightflow.position.Books.Entry;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However topologies are stopped and started, what comes out is exact (invariants A to E). */
@OnLocalStack
class RestartTest {
    private static final long EVENTS = 20_000;
    private static final double EVENTS_PER_SECOND = 3_000;

    @Test
    void totalsAreExactAfterOtherParallelismsWipedZooKeeperAndARestartOfEverything(@TempDir Path data)
            throws Exception {
        long seed = Seed.choose();
        GeneratedFeedSettings events = GeneratedFeedSettings.of(EVENTS, seed, DcGroup.LOCAL);
        LocalSettings settings = LocalSettings.in(data).with(EventPath.DIRECT).withPollRecords(500);
        ExecutorService feeder = Executors.newSingleThreadExecutor();
        Stand stand = Stand.start(settings);
        try (Feed feed = new GeneratedFeed(events);
                FeedProducer producer = stand.producer(EVENTS_PER_SECOND)) {
            long begin = System.nanoTime();
            feeder.submit(() -> producer.feed(new PartOfFeed(feed, EVENTS / 2)));

            stand.awaitIn(EVENTS / 10);
            killAll(stand);
            deleteTridentNodes(stand);
            assertInTheMiddle(stand);
            submitAll(stand, 4);

            stand.awaitIn(EVENTS / 2);
            feeder.submit(() -> producer.feed(new PartOfFeed(feed, EVENTS * 3 / 10)));
            stand.awaitIn(EVENTS * 6 / 10);
            // Feeding waits for the central cluster to come back.
            stand.close();
            Future<FeedTotals> fed = feeder.submit(() -> producer.feed(new PartOfFeed(feed, EVENTS)));
            stand = Stand.startServers(settings.withDataflowParallelism(2));
            assertInTheMiddle(stand);
            stand.stack().submitTopologies();

            Report report = Settlement.settle(stand.stack(), producer, fed.get(), feed.skipped(), begin);
            assertThat(report.balanced()).as(report.differences().toString()).isTrue();
            try (Feed again = new GeneratedFeed(events)) {
                Answers.assertSame(stand, BatchAnswer.of(again, DcGroup.LOCAL, stand.schemas()));
            }
        } finally {
            stand.close();
            feeder.shutdownNow();
        }
    }

    private static void assertInTheMiddle(Stand stand) {
        assertThat(stand.books().total(Entry.IN)).isPositive().isLessThan(EVENTS);
    }

    private static void killAll(Stand stand) {
        for (DcGroup group : DcGroup.LOCAL) {
            for (TopologyDescriptor topology : Topologies.of(stand.stack().groupSettings(group))) {
                stand.stack().kill(group, topology);
            }
        }
    }

    private static void submitAll(Stand stand, int parallelism) {
        for (DcGroup group : DcGroup.LOCAL) {
            for (TopologyDescriptor topology : Topologies.of(stand.stack().groupSettings(group))) {
                stand.stack().submit(group, topology, parallelism);
            }
        }
    }

    private static void deleteTridentNodes(Stand stand) throws Exception {
        try (CuratorFramework curator =
                CuratorFrameworkFactory.newClient(stand.stack().zookeeper().connectString(), new RetryOneTime(500))) {
            curator.start();
            curator.delete().deletingChildrenIfNeeded().forPath("/transactional");
        }
    }
}
