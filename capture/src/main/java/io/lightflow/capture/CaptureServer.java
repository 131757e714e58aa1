package io.lightflow.capture;

import io.lightflow.capture.client.Visitors;
import io.lightflow.capture.endpoint.BatchEndpoint;
import io.lightflow.capture.endpoint.ClickEndpoint;
import io.lightflow.capture.endpoint.ConversionEndpoint;
import io.lightflow.capture.endpoint.Endpoint;
import io.lightflow.capture.endpoint.Links;
import io.lightflow.capture.endpoint.PixelEndpoint;
import io.lightflow.capture.endpoint.Recorder;
import io.lightflow.capture.endpoint.Reply;
import io.lightflow.capture.endpoint.Router;
import io.lightflow.capture.endpoint.ScriptEndpoint;
import io.lightflow.capture.endpoint.StatusEndpoint;
import io.lightflow.capture.endpoint.TagEndpoint;
import io.lightflow.capture.http.Listener;
import io.lightflow.capture.metrics.CaptureMetrics;
import io.lightflow.producer.LightEvents;
import io.lightflow.producer.link.SignedLinks;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns requests of browsers and partners into light events. Its only state is the producer's spool.
 *
 * <p>One thread starts it, and one closes it.
 */
public final class CaptureServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureServer.class);
    private static final int ALL_PROCESSORS = 0;
    private static final int ADMIN_THREADS = 1;

    private final CaptureSettings settings;
    private final InstantSource clock;
    private final CaptureMetrics metrics = new CaptureMetrics();
    private final LightEvents events;
    private final Listener http;
    private final Optional<Listener> admin;
    private volatile boolean stopping;

    private CaptureServer(CaptureSettings settings, LightEvents events, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.events = events;
        metrics.observe(events::metrics);
        this.http = new Listener(settings.http(), new Router(endpoints(), metrics), ALL_PROCESSORS);
        this.admin = settings.admin()
                .map(listener -> new Listener(
                        listener,
                        new Router(
                                List.of(
                                        health(),
                                        new StatusEndpoint(
                                                "/metrics",
                                                () -> Reply.of(CaptureMetrics.CONTENT_TYPE, metrics.scrape()))),
                                metrics),
                        ADMIN_THREADS));
    }

    private List<Endpoint> endpoints() {
        Links links = new Links(
                new SignedLinks(
                        settings.links().keys(),
                        settings.links().adValidity(),
                        settings.links().postbackValidity(),
                        clock),
                metrics);
        Recorder recorder = new Recorder(events::sendDurably, settings.answerTimeout(), metrics);
        Visitors visitors = settings.visitors();
        return List.of(
                new PixelEndpoint(links, recorder, visitors, clock),
                new ClickEndpoint(links, recorder, visitors, metrics, clock),
                new ConversionEndpoint(links, settings.advertisers(), recorder, visitors, clock),
                new TagEndpoint(settings.advertisers(), events::newId, recorder, visitors, clock),
                new ScriptEndpoint(),
                new BatchEndpoint(settings.partners(), recorder),
                health());
    }

    private StatusEndpoint health() {
        return new StatusEndpoint(
                "/health", () -> stopping ? Reply.text(503, "The server stops.") : Reply.text(200, "The server runs."));
    }

    /**
     * Starts a server. It does not wait for Kafka.
     *
     * @throws IllegalStateException if a port is in use; no resource stays open then
     * @throws io.lightflow.producer.SpoolException if the spool is unusable, or in use by another process
     */
    public static CaptureServer start(CaptureSettings settings) {
        return start(settings, InstantSource.system());
    }

    /**
     * Likewise.
     *
     * @param clock tells the time of events, and whether links are valid
     */
    public static CaptureServer start(CaptureSettings settings, InstantSource clock) {
        CaptureServer server = new CaptureServer(settings, LightEvents.open(settings.producer()), clock);
        try {
            server.http.start();
            server.admin.ifPresent(Listener::start);
        } catch (RuntimeException e) {
            server.stopping = true;
            server.release();
            throw e;
        }
        LOG.info(
                "Capture listens at {}{}",
                server.url(),
                server.admin
                        .map(listener -> ", and for operators on port " + listener.port())
                        .orElse(""));
        return server;
    }

    /** The base URL for clients on this machine. */
    public URI url() {
        String bind = settings.http().bind();
        String host = bind.equals("0.0.0.0") ? "127.0.0.1" : bind;
        return URI.create((settings.http().tls().isPresent() ? "https://" : "http://")
                + (host.contains(":") ? "[" + host + "]" : host) + ":" + http.port());
    }

    /** The port of metrics and health. */
    public int adminPort() {
        return admin.orElseThrow().port();
    }

    /** Answers the requests that have arrived, and stops. Idempotent. */
    @Override
    public void close() {
        if (stopping) {
            return;
        }
        stopping = true;
        awaitLoadBalancers();
        release();
        LOG.info("Capture has stopped");
    }

    private void release() {
        http.close(settings.stopTimeout());
        admin.ifPresent(Listener::close);
        events.close();
    }

    private void awaitLoadBalancers() {
        long end = System.nanoTime() + settings.stopDelay().toNanos();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }
}
