package io.lightflow.capture;

import io.lightflow.capture.access.Partner;
import io.lightflow.capture.client.ConsentPolicy;
import io.lightflow.capture.client.ConsentRule;
import io.lightflow.capture.client.TrustedProxies;
import io.lightflow.capture.client.VisitorCookie;
import io.lightflow.capture.client.Visitors;
import io.lightflow.capture.endpoint.BatchEndpoint;
import io.lightflow.capture.endpoint.ClickEndpoint;
import io.lightflow.capture.endpoint.ConversionEndpoint;
import io.lightflow.capture.endpoint.Endpoint;
import io.lightflow.capture.endpoint.Links;
import io.lightflow.capture.endpoint.PixelEndpoint;
import io.lightflow.capture.endpoint.Recorder;
import io.lightflow.capture.endpoint.Router;
import io.lightflow.capture.endpoint.ScriptEndpoint;
import io.lightflow.capture.endpoint.TagEndpoint;
import io.lightflow.capture.http.Listener;
import io.lightflow.capture.http.ListenerSettings;
import io.lightflow.capture.metrics.CaptureMetrics;
import io.lightflow.event.Impression;
import io.lightflow.event.TraceParent;
import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKeys;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.SignedLinks;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.http.ServerTlsSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecordBase;

/** A listener with every endpoint. Events go to a list, and are durable when the test says so. */
public final class CaptureFixture implements AutoCloseable {
    public static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
    public static final LinkKeys KEYS = new LinkKeys(Map.of("2026-11", new byte[32]), "2026-11");

    public static final String TOKEN = "a-partner's-token-of-32-characters";

    /** An event, and the key under which it was sent. */
    public record Sent(String joinKey, SpecificRecordBase event, TraceParent trace) {}

    public final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    public final SignedLinks links = new SignedLinks(KEYS, Duration.ofDays(2), Duration.ofDays(30), now::get);
    public final List<Sent> sent = new CopyOnWriteArrayList<>();
    public final CaptureMetrics metrics = new CaptureMetrics();

    private final AtomicReference<CompletableFuture<Void>> durable =
            new AtomicReference<>(CompletableFuture.completedFuture(null));
    private final HttpClient client;
    private final Listener listener;

    public CaptureFixture() {
        this(new ConsentRule(ConsentRule.Tcf.IF_PRESENT, Set.of(ConsentRule.Objection.GPC)));
    }

    public CaptureFixture(ConsentRule rule) {
        this(rule, Optional.empty(), HttpClient.newHttpClient());
    }

    public CaptureFixture(ConsentRule rule, Optional<ServerTlsSettings> tls, HttpClient client) {
        this.client = client;
        Visitors visitors =
                new Visitors(TrustedProxies.none(), new ConsentPolicy(rule, Map.of(), ""), VisitorCookie.standard());
        Links genuine = new Links(links, metrics);
        Recorder recorder = new Recorder(
                (joinKey, event, trace) -> {
                    sent.add(new Sent(joinKey, event, trace));
                    return durable.get().copy();
                },
                Duration.ofSeconds(20),
                metrics);
        List<Endpoint> endpoints = List.of(
                new PixelEndpoint(genuine, recorder, visitors, now::get),
                new ClickEndpoint(genuine, recorder, visitors, metrics, now::get),
                new ConversionEndpoint(genuine, Set.of("1458"), recorder, visitors, now::get),
                new TagEndpoint(Set.of("1458"), key -> "tag-" + sent.size(), recorder, visitors, now::get),
                new ScriptEndpoint(),
                new BatchEndpoint(new Accounts<>(List.of(new Partner("partner", TokenHash.of(TOKEN)))), recorder));
        listener = new Listener(
                new ListenerSettings("127.0.0.1", 0, 100, 4_096, Duration.ofSeconds(2), tls),
                new Router(endpoints, metrics),
                1);
        listener.start();
    }

    /** Makes events durable when this completes. */
    public void answerWhen(CompletableFuture<Void> future) {
        durable.set(future);
    }

    public static Impression impression() {
        return Impression.newBuilder()
                .setId("impression-1")
                .setTime(NOW.toEpochMilli())
                .setAdvertiserId("1458")
                .setCampaignId("spring")
                .setCreativeId("banner-7")
                .setPriceMicros(1_250)
                .setCurrency("EUR")
                .build();
    }

    public static LinkClaims claims() {
        return LinkClaims.of("impression-1", "cookie-1", NOW)
                .withAdvertiser("1458")
                .withCampaign("spring")
                .withTarget("https://shop.example/?a=b");
    }

    public String pixel() {
        return "/i?lf=" + links.pixelToken("cookie-1", impression());
    }

    public String click(String target) {
        return "/c?lf=" + links.token(LinkKind.CLICK, claims().withTarget(target));
    }

    public String postback() {
        return "/v?lf=" + links.token(LinkKind.POSTBACK, claims().withTarget("").withClick("click-1"));
    }

    public int port() {
        return listener.port();
    }

    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
    }

    public HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    public CompletableFuture<HttpResponse<byte[]>> sendAsync(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), BodyHandlers.ofByteArray());
    }

    public HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    public HttpResponse<byte[]> head(String path) throws IOException, InterruptedException {
        return send(request(path).method("HEAD", BodyPublishers.noBody()));
    }

    public HttpResponse<byte[]> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofString(body)));
    }

    /** Stops as the server does. */
    public void stop(Duration timeout) {
        listener.close(timeout);
    }

    @Override
    public void close() {
        listener.close();
    }
}
