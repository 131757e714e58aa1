package io.lightflow.lab.replay;

import io.lightflow.lab.feed.EventRoute;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.lab.feed.FeedException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends some of the events to capture servers that may be killed at any time. What a server has not answered is sent
 * again. An event is in Kafka when its server had answered it before nothing was waiting in the server's spool.
 */
public final class ResendingRoute implements EventRoute, AutoCloseable {
    private static final Duration FLUSH_TIMEOUT = Duration.ofMinutes(3);
    private static final long LOOK_INTERVAL_NANOS = 5_000_000;

    private final int oneIn;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Map<String, CaptureSender> senders = new TreeMap<>();

    /**
     * A capture server.
     *
     * @param url its address for partners
     * @param admin its address for metrics
     * @param token a partner's bearer token
     */
    public record Server(URI url, URI admin, String token) {}

    /**
     * The work of the servers so far.
     *
     * @param answered events that were answered
     * @param resent requests that were repeated, because they got no answer
     */
    public record Progress(long answered, long resent) {}

    /**
     * Starts to send.
     *
     * @param byDc the servers by data center
     * @param oneIn takes about one of this many events, the same ones of a feed each time
     */
    public static ResendingRoute start(Map<String, Server> byDc, int oneIn) {
        ResendingRoute route = new ResendingRoute(oneIn);
        byDc.forEach((dc, server) -> route.senders.put(dc, new CaptureSender(route.client, server)));
        route.senders.values().forEach(CaptureSender::start);
        return route;
    }

    private ResendingRoute(int oneIn) {
        if (oneIn < 1) {
            throw new IllegalArgumentException("expected to take one of 1 or more events, found one of " + oneIn);
        }
        this.oneIn = oneIn;
    }

    @Override
    public boolean takes(FeedEvent event) {
        return Math.floorMod(id(event).hashCode(), oneIn) == 0;
    }

    private static String id(FeedEvent event) {
        return event.event().get("id").toString();
    }

    @Override
    public void send(FeedEvent event) {
        senders.get(event.dc()).add(event);
    }

    @Override
    public long horizonMs() {
        return senders.values().stream()
                .mapToLong(CaptureSender::horizonMs)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    @Override
    public void flush() {
        long deadline = System.nanoTime() + FLUSH_TIMEOUT.toNanos();
        while (horizonMs() != Long.MAX_VALUE) {
            if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
                throw new FeedException("sending events over HTTP: expected Kafka to have them within " + FLUSH_TIMEOUT
                        + ", found some waiting in " + senders.values());
            }
            LockSupport.parkNanos(this, LOOK_INTERVAL_NANOS);
        }
    }

    /** The progress of a data center's server. */
    public Progress progress(String dc) {
        return senders.get(dc).progress();
    }

    @Override
    public void close() {
        senders.values().forEach(CaptureSender::close);
    }
}
