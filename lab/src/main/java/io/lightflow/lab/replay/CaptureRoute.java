package io.lightflow.lab.replay;

import io.lightflow.capture.CaptureServer;
import io.lightflow.capture.CaptureSettings;
import io.lightflow.capture.CaptureSettingsFile;
import io.lightflow.lab.feed.EventRoute;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.lab.feed.FeedException;
import io.lightflow.producer.link.SignedLinks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Sends logged events over HTTP to a capture server of their data center. The servers answer when Kafka has the event.
 * Their clocks show the time of the event, so each has one request in flight.
 */
public final class CaptureRoute implements EventRoute, AutoCloseable {
    private static final String SECRET = "bGlnaHRmbG93LXJlcGxheXMtbG9ncy1vdmVyLWh0dHA=";
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, Server> servers = new LinkedHashMap<>();

    private CaptureRoute() {}

    /**
     * Starts the servers.
     *
     * @param folder for their settings
     * @param bootstrapServersByDc the front clusters
     */
    public static CaptureRoute start(Path folder, Map<String, String> bootstrapServersByDc, int partitions) {
        CaptureRoute route = new CaptureRoute();
        try {
            bootstrapServersByDc.forEach(
                    (dc, kafka) -> route.servers.put(dc, Server.start(settings(folder, dc, kafka, partitions))));
            return route;
        } catch (RuntimeException e) {
            route.close();
            throw e;
        }
    }

    private static CaptureSettings settings(Path folder, String dc, String kafka, int partitions) {
        Path file = folder.resolve("capture-" + dc + ".yaml");
        try {
            Files.createDirectories(folder);
            Files.writeString(file, """
                    dc: %s
                    bind: 127.0.0.1
                    port: 0
                    admin: {port: 0}
                    beacons: NONE
                    kafka: {bootstrapServers: "%s", partitions: %d}
                    links: {signWith: replay, keys: [{id: replay, secretVariable: LINK_KEY}]}
                    consent: {default: {tcf: IGNORED, objections: []}}
                    proxies: {trusted: [127.0.0.0/8]}
                    partners: [{token: replay, secretVariable: TOKEN}]
                    answerTimeout: 1m
                    """.formatted(dc, kafka, partitions));
        } catch (IOException e) {
            throw new UncheckedIOException("Writing " + file + " failed: " + e, e);
        }
        return CaptureSettingsFile.read(file, Map.of("LINK_KEY", SECRET, "TOKEN", EventRequests.TOKEN));
    }

    @Override
    public void send(FeedEvent event) {
        Server server = servers.get(event.dc());
        server.awaitAnswer();
        server.now = Instant.ofEpochMilli(event.timeMs());
        HttpRequest request = server.requests.of(event);
        server.inFlight = client.sendAsync(request, BodyHandlers.ofByteArray()).thenAccept(response -> {
            if (!EventRequests.isAccepted(event.type(), response.statusCode(), response.body())) {
                throw new FeedException("sending " + event.event() + " to " + event.dc()
                        + " over HTTP: expected that the server accepts it, found status " + response.statusCode()
                        + " and " + new String(response.body(), StandardCharsets.UTF_8));
            }
        });
    }

    /** Waits, because a server's clock shows the time of the event in flight only. */
    @Override
    public long horizonMs() {
        flush();
        return Long.MAX_VALUE;
    }

    @Override
    public void flush() {
        servers.values().forEach(Server::awaitAnswer);
    }

    @Override
    public void close() {
        servers.values().forEach(server -> server.capture.close());
    }

    /** The capture server of a data center. */
    private static final class Server {
        private CaptureServer capture;
        private EventRequests requests;
        private CompletableFuture<Void> inFlight = CompletableFuture.completedFuture(null);
        /** Read by the server's threads. */
        private volatile Instant now = Instant.EPOCH;

        static Server start(CaptureSettings settings) {
            Server server = new Server();
            server.capture = CaptureServer.start(settings, () -> server.now);
            server.requests = new EventRequests(
                    server.capture.url(),
                    new SignedLinks(
                            settings.links().keys(),
                            settings.links().adValidity(),
                            settings.links().postbackValidity(),
                            () -> server.now));
            return server;
        }

        void awaitAnswer() {
            try {
                inFlight.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof FeedException failure
                        ? failure
                        : new FeedException("sending events over HTTP failed: " + e.getCause(), e.getCause());
            }
        }
    }
}
