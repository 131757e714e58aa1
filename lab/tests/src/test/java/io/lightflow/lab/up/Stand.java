package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.embedded.Await;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalSettings.EventPath;
import io.lightflow.deploy.local.LocalStack;
import io.lightflow.lab.answer.JoinedOutputs;
import io.lightflow.lab.feed.BeaconCadence;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedSettings;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.RegistrySection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** A local stack under test: feeds it and looks at what it does. */
final class Stand implements AutoCloseable {
    static final DcGroup EU = DcGroup.LOCAL.get(0);
    static final DcGroup US = DcGroup.LOCAL.get(1);
    static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Duration BETWEEN_TESTS = Duration.ofDays(3);

    private final LocalStack stack;
    private long eventTimeMs = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    private Stand(LocalStack stack) {
        this.stack = stack;
    }

    /** Starts the servers and both topologies of every group. */
    static Stand start(LocalSettings settings) {
        Stand stand = startServers(settings);
        try {
            stand.stack.submitTopologies();
            return stand;
        } catch (RuntimeException e) {
            stand.close();
            throw e;
        }
    }

    /** Starts everything but the topologies. */
    static Stand startServers(LocalSettings settings) {
        SharedStand.end();
        LocalStack stack = new LocalStack(settings);
        try {
            stack.startServers();
            return new Stand(stack);
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    LocalStack stack() {
        return stack;
    }

    RegistrySchemas schemas() {
        return RegistrySchemas.connect(new RegistrySection(List.of(stack.registryUrl())));
    }

    JoinedOutputs outputs() {
        return new JoinedOutputs(stack.centralBootstrap(), stack.settings().shards(), schemas());
    }

    /**
     * An event time that is later than everything that was fed before, closing beacons among it; ms since the Unix
     * epoch.
     */
    long laterMs() {
        eventTimeMs += BETWEEN_TESTS.toMillis();
        return eventTimeMs;
    }

    /** Connected; to be closed by the caller. */
    FeedProducer producer(double eventsPerSecond) {
        int shards = stack.settings().shards();
        FeedSettings settings = stack.settings().path() == EventPath.MIRRORED
                ? FeedSettings.toFrontClusters(stack.frontBootstraps(), shards)
                : FeedSettings.toCentralCluster(stack.frontBootstraps(), shards);
        FeedProducer producer = new FeedProducer(
                settings.withRate(eventsPerSecond).withBeacons(BeaconCadence.onClock(Duration.ofMillis(200))),
                schemas().ids());
        producer.start();
        return producer;
    }

    /** Feeds all of it, and waits until it is joined and counted. */
    Report replay(Feed feed) throws InterruptedException {
        try (FeedProducer producer = producer(Double.POSITIVE_INFINITY)) {
            long begin = System.nanoTime();
            FeedTotals fed = producer.feed(feed);
            return Settlement.settle(stack, producer, fed, feed.skipped(), begin);
        }
    }

    /** Feeds these events, and waits until they are joined and counted. */
    Report replay(FeedEvent... events) throws InterruptedException {
        return replay(new EventsFeed(List.of(events)));
    }

    /** Feeds these events without anything to end the input; returns when Kafka has them. */
    void feed(FeedEvent... events) {
        feed(Double.POSITIVE_INFINITY, events);
    }

    void feed(double eventsPerSecond, FeedEvent... events) {
        try (FeedProducer producer = producer(eventsPerSecond)) {
            producer.feed(new EventsFeed(List.of(events)));
        }
    }

    /** The books of the join over all groups. */
    Books books() {
        try (Completion completion = new Completion(stack)) {
            return completion.books();
        }
    }

    /** Waits until the join has read so many events. */
    void awaitIn(long events) throws Exception {
        awaitBooks(events + " events are read", books -> books.total(Entry.IN) >= events);
    }

    void awaitBooks(String what, Predicate<Books> condition) throws Exception {
        try (Completion completion = new Completion(stack)) {
            Await.until(what, PATIENCE, () -> condition.test(completion.books()));
        }
    }

    /** Lets time pass, all of which a condition must hold. */
    static void pass(Duration time, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        Await.until(time + " have passed", time.plus(PATIENCE), () -> {
            assertThat(condition.call()).isTrue();
            return System.nanoTime() > end;
        });
    }

    @Override
    public void close() {
        stack.close();
    }
}
