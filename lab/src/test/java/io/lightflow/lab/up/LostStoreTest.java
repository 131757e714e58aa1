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
import io.lightflow.lab.feed.PartOfFeed;
import io.lightflow.position.Books.Entry;
import io.lightflow.topology.dataflow.DataflowTopology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lost store stops its shards; from a rebuilt or a restored one they continue exactly (invariant L). */
@OnLocalStack
class LostStoreTest {
    private static final long EVENTS = 20_000;
    private static final double EVENTS_PER_SECOND = 3_000;

    @Test
    void totalsAreExactAfterALostStoreWasRebuiltAndAnotherRestored(@TempDir Path data) throws Exception {
        long seed = Seed.choose();
        GeneratedFeedSettings events = GeneratedFeedSettings.of(EVENTS, seed, DcGroup.LOCAL);
        LocalSettings settings = LocalSettings.in(data.resolve("stack"))
                .with(EventPath.DIRECT)
                .withPollRecords(500)
                .withDataflowParallelism(2);
        ExecutorService feeder = Executors.newSingleThreadExecutor();
        try (Stand stand = Stand.start(settings);
                Feed feed = new GeneratedFeed(events);
                FeedProducer producer = stand.producer(EVENTS_PER_SECOND)) {
            long begin = System.nanoTime();
            feeder.submit(() -> producer.feed(new PartOfFeed(feed, EVENTS / 4)));
            stand.awaitIn(EVENTS / 8);
            // Of a store that is in use.
            for (DcGroup group : DcGroup.LOCAL) {
                assertDone(
                        stand,
                        group,
                        data,
                        "checkpoint",
                        "--to",
                        copy(data, group).toString());
            }
            stand.awaitIn(EVENTS / 4);
            loseStores(stand, data);
            submit(stand);
            // A shard is opened for its first block.
            feeder.submit(() -> producer.feed(new PartOfFeed(feed, EVENTS / 4)));
            for (DcGroup group : DcGroup.LOCAL) {
                Await.until("the shards stop", Stand.PATIENCE, () -> show(stand, group, data)
                        .output()
                        .contains("STOPPED by its join store"));
                Operator.Answer stopped = show(stand, group, data);
                assertThat(stopped.exitCode()).isOne();
                assertThat(stopped.output())
                        .contains("no mark of it")
                        .contains("lightflow rebuild-store --settings " + data.resolve(group.name() + ".yaml"));
                Operator.Answer refused = operator(stand, group, data).run("rebuild-store");
                assertThat(refused.exitCode()).isOne();
                assertThat(refused.output()).contains("is in use by");
            }

            kill(stand);
            for (DcGroup group : DcGroup.LOCAL) {
                assertDone(stand, group, data, "rebuild-store");
            }
            submit(stand);
            stand.awaitIn(EVENTS / 2);
            loseStores(stand, data);
            for (DcGroup group : DcGroup.LOCAL) {
                assertDone(
                        stand,
                        group,
                        data,
                        "restore",
                        "--from",
                        copy(data, group).toString());
            }
            submit(stand);
            FeedTotals fed = producer.feed(new PartOfFeed(feed, EVENTS));

            Report report = Settlement.settle(stand.stack(), producer, fed, feed.skipped(), begin);
            assertThat(report.balanced()).as(report.differences().toString()).isTrue();
            assertThat(stand.books().total(Entry.WAITING)).isZero();
            try (Feed again = new GeneratedFeed(events)) {
                Answers.assertSame(stand, BatchAnswer.of(again, DcGroup.LOCAL, stand.schemas()));
            }
        } finally {
            feeder.shutdownNow();
        }
    }

    private static Path copy(Path data, DcGroup group) {
        return data.resolve("copy-" + group.name());
    }

    private static Operator operator(Stand stand, DcGroup group, Path data) throws IOException {
        return new Operator(stand, group, data);
    }

    private static Operator.Answer show(Stand stand, DcGroup group, Path data) throws IOException {
        return operator(stand, group, data).run("show", "--only", "dataflow");
    }

    private static void assertDone(Stand stand, DcGroup group, Path data, String command, String... options)
            throws IOException {
        Operator.Answer answer = operator(stand, group, data).run(command, options);
        assertThat(answer.exitCode()).as(answer.output()).isZero();
    }

    private static void kill(Stand stand) {
        DcGroup.LOCAL.forEach(group -> stand.stack().kill(group, DataflowTopology.INSTANCE));
    }

    private static void submit(Stand stand) {
        DcGroup.LOCAL.forEach(group -> stand.stack().submit(group, DataflowTopology.INSTANCE, 2));
    }

    private static void loseStores(Stand stand, Path data) throws IOException {
        kill(stand);
        for (DcGroup group : DcGroup.LOCAL) {
            List<Path> files;
            try (Stream<Path> found = Files.walk(data.resolve("stack/store-" + group.name()))) {
                files = found.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }
}
