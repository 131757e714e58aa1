package io.lightflow.lab.torture;

import io.lightflow.deploy.cluster.Endpoints;
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
import io.lightflow.lab.replay.ResendingRoute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Feeds generated events to the data centers' Kafkas in a background thread. Feeding ends when enough events have been
 * fed and {@link #finish} has been called. Thread-safe.
 */
final class LightFeed implements AutoCloseable {
    /** Number of available events per planned event. Faults take longer than planned, on a slow machine far longer. */
    private static final int RESERVE = 60;

    /** The planned events have the default span for ten times their number. */
    private static final Duration SPAN = GeneratedFeedSettings.DEFAULT_SPAN.multipliedBy(RESERVE / 10);

    /** Capture servers receive about one of this many events. */
    private static final int CAPTURED_ONE_IN = 4;

    private final FeedProducer producer;
    private final Optional<ResendingRoute> capture;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final long atLeast;
    private Future<FeedTotals> feeding;
    private volatile boolean enough;
    private volatile boolean mayEnd;
    private final Object pauseLock = new Object();
    private boolean paused;

    /**
     * Amount and duration of the feed.
     *
     * @param events minimum number of events
     * @param during duration of the feed
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

        /** The generated events. The feed uses the first of them, and never all. */
        Feed open() {
            return new GeneratedFeed(new GeneratedFeedSettings(
                    Math.multiplyExact(events, RESERVE),
                    seed,
                    GeneratedFeedSettings.DEFAULT_START,
                    SPAN,
                    GeneratedFeedSettings.DEFAULT_DISORDER,
                    List.of(Stage.GROUP)));
        }
    }

    private LightFeed(Plan plan, FeedProducer producer, Optional<ResendingRoute> capture) {
        this.atLeast = plan.events();
        this.producer = producer;
        this.capture = capture;
    }

    /**
     * Starts the feed.
     *
     * @param beaconsEvery time between two beacons
     * @param endpoints those of the cluster; its capture servers receive some of the events
     */
    static LightFeed start(Plan plan, Duration beaconsEvery, Endpoints endpoints, int partitions, SchemaIds ids) {
        Map<String, String> fronts =
                Stage.GROUP.dcs().stream().collect(Collectors.toMap(dc -> dc, endpoints.kafka()::get));
        FeedSettings settings = FeedSettings.toFrontClusters(fronts, partitions)
                .withRate(plan.eventsPerSecond())
                .withBeacons(BeaconCadence.onClock(beaconsEvery))
                .withContinuation(Continuation.NONE);
        Optional<ResendingRoute> capture = endpoints.capture().isEmpty()
                ? Optional.empty()
                : Optional.of(ResendingRoute.start(servers(endpoints.capture()), CAPTURED_ONE_IN));
        FeedProducer producer = capture.map(route -> new FeedProducer(settings, ids, route))
                .orElseGet(() -> new FeedProducer(settings, ids));
        LightFeed started = new LightFeed(plan, producer, capture);
        started.feeding = started.thread.submit(() -> {
            try (Feed whole = plan.open()) {
                started.producer.start();
                return started.producer.feed(new PartOfFeed(whole, started::goesOn));
            }
        });
        return started;
    }

    private static Map<String, ResendingRoute.Server> servers(Map<String, Endpoints.Capture> capture) {
        Map<String, ResendingRoute.Server> servers = new TreeMap<>();
        capture.forEach((dc, server) -> {
            try {
                servers.put(
                        dc,
                        new ResendingRoute.Server(
                                server.url(), server.admin(), Files.readString(server.partnerToken())));
            } catch (IOException e) {
                throw new UncheckedIOException("Reading " + server.partnerToken() + " failed: " + e, e);
            }
        });
        return servers;
    }

    /** The progress of the capture server of a data center, which must have one. */
    ResendingRoute.Progress captured(String dc) {
        return capture.orElseThrow().progress(dc);
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

    /** Pauses events and beacons until {@link #goOn}. Events that were already fed remain in transit. */
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

    /** Whether the planned number of events has been fed. Feeding continues until {@link #finish}. */
    boolean hasEnough() {
        return enough;
    }

    /** Progress of the feed; lags by a few hundred events at most. */
    FeedTotals fed() {
        if (feeding.isDone()) {
            failIfFailed();
            if (!mayEnd) {
                throw new IllegalStateException("All " + producer.totals().read() + " events of the feed are fed, "
                        + RESERVE + " times as many as planned, and not every fault has struck: give more --minutes,"
                        + " or fewer faults by --only");
            }
        }
        return producer.totals();
    }

    private void failIfFailed() {
        try {
            feeding.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The feed failed: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while feeding", e);
        }
    }

    /**
     * Waits until enough events have been fed, and ends the feed. Then sends beacons that fire all timers due after the
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
        capture.ifPresent(ResendingRoute::close);
    }
}
