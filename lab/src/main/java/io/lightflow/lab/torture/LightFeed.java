package io.lightflow.lab.torture;

import io.lightflow.event.SchemaIds;
import io.lightflow.lab.feed.BeaconCadence;
import io.lightflow.lab.feed.Continuation;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedProducer;
import io.lightflow.lab.feed.FeedSettings;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.lab.feed.GeneratedFeed;
import io.lightflow.lab.feed.GeneratedFeedSettings;
import io.lightflow.lab.feed.PartOfFeed;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Feeds generated events to the data centers' Kafkas, in a thread of its own, until there have been enough of them and
 * {@link #finish} is called. Thread-safe.
 */
final class LightFeed implements AutoCloseable {
    /** Events that are there to be had for each that is planned: faults may take longer than planned. */
    private static final int RESERVE = 10;

    private final FeedProducer producer;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final long atLeast;
    private Future<FeedTotals> feeding;
    private volatile boolean enough;
    private volatile boolean mayEnd;
    private final Object pauseLock = new Object();
    private boolean paused;

    /**
     * What to feed.
     *
     * @param events how many, at least
     * @param during how long they take
     */
    record Plan(long events, Duration during, long seed) {
        Plan {
            if (events < 1 || during.isNegative() || during.isZero()) {
                throw new IllegalArgumentException("feeding: expected one or more events in a positive duration, found "
                        + events + " in " + during);
            }
        }

        double eventsPerSecond() {
            return events * 1000.0 / during.toMillis();
        }

        /** More events than will be fed; those that are fed are the first of them. */
        Feed open() {
            return new GeneratedFeed(
                    GeneratedFeedSettings.of(Math.multiplyExact(events, RESERVE), seed, List.of(Stage.GROUP)));
        }
    }

    private LightFeed(Plan plan, FeedProducer producer) {
        this.atLeast = plan.events();
        this.producer = producer;
    }

    /**
     * Starts.
     *
     * @param beaconsEvery time between two beacons
     * @param kafka bootstrap servers by data center
     */
    static LightFeed start(Plan plan, Duration beaconsEvery, Map<String, String> kafka, int partitions, SchemaIds ids) {
        Map<String, String> fronts = Stage.GROUP.dcs().stream().collect(Collectors.toMap(dc -> dc, kafka::get));
        FeedSettings settings = FeedSettings.toFrontClusters(fronts, partitions)
                .withRate(plan.eventsPerSecond())
                .withBeacons(BeaconCadence.onClock(beaconsEvery))
                .withContinuation(Continuation.NONE);
        LightFeed started = new LightFeed(plan, new FeedProducer(settings, ids));
        started.feeding = started.thread.submit(() -> {
            try (Feed whole = plan.open()) {
                started.producer.start();
                return started.producer.feed(new PartOfFeed(whole, started::goesOn));
            }
        });
        return started;
    }

    private boolean goesOn(long taken) {
        enough = taken >= atLeast;
        synchronized (pauseLock) {
            try {
                while (paused) {
                    pauseLock.wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return !mayEnd || !enough;
    }

    /** Feeds nothing more, neither events nor beacons, until {@link #goOn}; what was fed is on its way. */
    void pause() {
        synchronized (pauseLock) {
            paused = true;
        }
    }

    void goOn() {
        synchronized (pauseLock) {
            paused = false;
            pauseLock.notifyAll();
        }
    }

    /** Whether there have been as many events as planned. It goes on all the same until {@link #finish}. */
    boolean hasEnough() {
        return enough;
    }

    /** How far it has come; at most some hundred events behind. */
    FeedTotals fed() {
        if (feeding.isDone()) {
            failIfFailed();
        }
        return producer.totals();
    }

    private void failIfFailed() {
        try {
            feeding.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "The feed has ended: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while feeding", e);
        }
    }

    /**
     * Lets it end once there have been enough events, waits for that, and has all timers fire up to a while after its
     * last event; see {@link FeedProducer#sendClosingBeacons}.
     */
    FeedTotals finish(Duration span) throws InterruptedException {
        mayEnd = true;
        failIfFailed();
        try {
            thread.submit(() -> {
                        producer.sendClosingBeacons(span);
                        producer.close();
                    })
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Closing the feed failed: " + e.getCause(), e.getCause());
        }
        return producer.totals();
    }

    @Override
    public void close() {
        producer.stop();
        thread.shutdownNow();
    }
}
