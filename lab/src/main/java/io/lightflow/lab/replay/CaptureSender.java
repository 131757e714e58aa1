package io.lightflow.lab.replay;

import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.lab.feed.FeedException;
import io.lightflow.lab.replay.ResendingRoute.Progress;
import io.lightflow.lab.replay.ResendingRoute.Server;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends events to one capture server until it has answered each. Thread-safe; a thread of its own sends. */
final class CaptureSender implements AutoCloseable {
    /** Bounds the requests in flight. */
    private static final int MAX_WAVE = 256;
    /** A feed waits beyond this many events; a server that is down for a minute gets that far behind. */
    private static final int MAX_PENDING = 200_000;

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    private static final long RETRY_INTERVAL_MS = 200;
    private static final long LOOK_INTERVAL_MS = 10;
    private static final int LOOKS = 20;
    private static final Pattern WAITING =
            Pattern.compile("^lightflow_capture_waiting_events ([0-9.E]+)$", Pattern.MULTILINE);

    private final HttpClient client;
    private final Server server;
    private final Thread thread = new Thread(this::run, "capture-sender");
    /** In the order of their arrival; the first ones are answered. Guarded by this, as all that follows. */
    private final List<FeedEvent> pending = new ArrayList<>();

    private int answered;
    private long answeredInAll;
    private long resent;
    private boolean closed;
    private FeedException failure;

    CaptureSender(HttpClient client, Server server) {
        this.client = client;
        this.server = server;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    synchronized void add(FeedEvent event) {
        throwFailure();
        try {
            while (pending.size() >= MAX_PENDING && !closed) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FeedException("interrupted while " + this + " has no room", e);
        }
        pending.add(event);
        notifyAll();
    }

    /** The least time of the events that Kafka may lack; {@link Long#MAX_VALUE} without such events. */
    synchronized long horizonMs() {
        throwFailure();
        return pending.stream().mapToLong(FeedEvent::timeMs).min().orElse(Long.MAX_VALUE);
    }

    private void throwFailure() {
        if (failure != null) {
            throw new FeedException(failure.getMessage(), failure);
        }
    }

    synchronized Progress progress() {
        return new Progress(answeredInAll, resent);
    }

    private void run() {
        try {
            for (List<FeedEvent> wave = next(); wave != null; wave = next()) {
                sendUntilAnswered(wave);
                int before = answered(wave.size());
                if (before > 0 && awaitNothingWaits()) {
                    forget(before);
                }
            }
        } catch (InterruptedException e) {
            // The owner closes it.
        } catch (FeedException e) {
            fail(e);
        }
    }

    /** Waits until there are events that Kafka may lack, and returns those to send; null at the end. */
    private synchronized List<FeedEvent> next() throws InterruptedException {
        while (pending.isEmpty() && !closed) {
            wait();
        }
        return closed ? null : List.copyOf(pending.subList(answered, Math.min(pending.size(), answered + MAX_WAVE)));
    }

    /** Returns how many of the pending events are answered. */
    private synchronized int answered(int more) {
        answered += more;
        return answered;
    }

    private synchronized void forget(int count) {
        pending.subList(0, count).clear();
        answered -= count;
        notifyAll();
    }

    private synchronized void fail(FeedException e) {
        failure = e;
        notifyAll();
    }

    private void sendUntilAnswered(List<FeedEvent> wave) throws InterruptedException {
        List<FeedEvent> left = send(wave);
        while (!left.isEmpty()) {
            synchronized (this) {
                resent += left.size();
            }
            // The end of the sender interrupts it.
            TimeUnit.MILLISECONDS.sleep(RETRY_INTERVAL_MS);
            left = send(left);
        }
    }

    /** Sends events at the same time, and returns those without an answer. */
    private List<FeedEvent> send(List<FeedEvent> wave) throws InterruptedException {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (FeedEvent event : wave) {
            HttpRequest request = HttpRequest.newBuilder(
                            EventRequests.batch(server.url(), server.token(), event), (name, value) -> true)
                    .timeout(ANSWER_TIMEOUT)
                    .build();
            answers.add(client.sendAsync(request, BodyHandlers.ofByteArray())
                    .handle((response, lost) -> lost == null && isAnswered(event, response)));
        }
        List<FeedEvent> left = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i).join()) {
                synchronized (this) {
                    answeredInAll++;
                }
            } else {
                left.add(wave.get(i));
            }
        }
        synchronized (this) {
            throwFailure();
        }
        return left;
    }

    private boolean isAnswered(FeedEvent event, HttpResponse<byte[]> response) {
        if (response.statusCode() == 503) {
            return false;
        }
        String body = new String(response.body(), StandardCharsets.UTF_8);
        if (body.contains("\"status\":\"unavailable\"")) {
            return false;
        }
        boolean accepted = EventRequests.isAccepted(event.type(), response.statusCode(), response.body());
        if (!accepted) {
            fail(new FeedException("sending " + event.event() + " to " + server.url()
                    + ": expected that the server accepts it, found status " + response.statusCode() + " and " + body));
        }
        return accepted;
    }

    /** Gives the server some time without events in which its spool can become empty. */
    private boolean awaitNothingWaits() throws InterruptedException {
        for (int look = 0; look < LOOKS; look++) {
            if (nothingWaits()) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_INTERVAL_MS);
        }
        return false;
    }

    /** Whether Kafka has everything in the spool; false if the server is down. */
    private boolean nothingWaits() throws InterruptedException {
        try {
            String metrics = client.send(
                            HttpRequest.newBuilder(server.admin().resolve("/metrics"))
                                    .timeout(ANSWER_TIMEOUT)
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            Matcher waiting = WAITING.matcher(metrics);
            return waiting.find() && Double.parseDouble(waiting.group(1)) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.interrupt();
    }

    @Override
    public synchronized String toString() {
        return server.url() + " (" + pending.size() + " events pending, " + answered + " of them answered)";
    }
}
