package io.lightflow.deploy.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lightflow.capture.CaptureSettings;
import io.lightflow.event.Impression;
import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.SignedLinks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A news page with an ad, and the shop behind the ad, so that a click and a purchase in a browser become light events.
 * The news page does what an ad server does: it signs a pixel and a click link for each load. Both pages have a strict
 * content security policy.
 */
public final class DemonstrationSite implements AutoCloseable {
    private static final String CAMPAIGN = "campaign-6";
    private static final long PRICE_MICROS = 2_500;
    /** A signed link, a cookie, or the number of an order. */
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_-]*");

    private final URI capture;
    private final SignedLinks links;
    private final String cookie;
    private final HttpServer server;

    private DemonstrationSite(URI capture, CaptureSettings settings, HttpServer server) {
        this.capture = capture;
        this.links = new SignedLinks(
                settings.links().keys(),
                settings.links().adValidity(),
                settings.links().postbackValidity());
        this.cookie = settings.visitors().cookie().name();
        this.server = server;
    }

    /** Serves the pages on a free port of the loopback address. */
    public static DemonstrationSite start(LocalCapture capture) {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException("The demonstration page cannot be served: " + e, e);
        }
        DemonstrationSite site = new DemonstrationSite(capture.url(), capture.settings(), server);
        server.createContext("/", exchange -> site.respond(exchange, site::page));
        server.start();
        return site;
    }

    /** The news page. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    @FunctionalInterface
    private interface Page {
        /** @return null if there is no such page */
        String html(HttpExchange exchange);
    }

    private String page(HttpExchange exchange) {
        URI uri = exchange.getRequestURI();
        return switch (uri.getPath()) {
            case "/" -> news(joinKey(exchange));
            case "/shop" -> shop(parameter(uri, "lf"));
            case "/bought" -> bought(parameter(uri, "lf"), parameter(uri, "order"));
            default -> null;
        };
    }

    /**
     * The cookie of capture, which is for this host, too; empty for a new browser, and for one that refuses cookies.
     */
    private String joinKey(HttpExchange exchange) {
        String header = String.join(";", exchange.getRequestHeaders().getOrDefault("Cookie", List.of()));
        return value(header.split(";"), cookie);
    }

    private static String parameter(URI uri, String name) {
        return uri.getRawQuery() == null ? "" : value(uri.getRawQuery().split("&"), name);
    }

    /** An empty string if the value is missing or not of a form that these pages write. */
    private static String value(String[] pairs, String name) {
        return Stream.of(pairs)
                .map(String::strip)
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> pair.substring(name.length() + 1))
                .filter(value -> VALUE.matcher(value).matches())
                .findFirst()
                .orElse("");
    }

    private String news(String knownKey) {
        String id = UUID.randomUUID().toString();
        String joinKey = knownKey.isEmpty() ? id : knownKey;
        Instant now = Instant.now();
        Impression impression = Impression.newBuilder()
                .setId(id)
                .setTime(now.toEpochMilli())
                .setAdvertiserId(LocalCapture.ADVERTISER)
                .setCampaignId(CAMPAIGN)
                .setCreativeId("creative-demonstration")
                .setPriceMicros(PRICE_MICROS)
                .setCurrency("USD")
                .setPublisher("news.example")
                .build();
        LinkClaims click = LinkClaims.of(id, joinKey, now)
                .withAdvertiser(LocalCapture.ADVERTISER)
                .withCampaign(CAMPAIGN)
                .withTarget(url().resolve("/shop") + "?lf={postback}");
        return """
                <!doctype html><html lang="en"><title>News</title>
                <h1>News</h1>
                <p>This page reports a tag and an impression. A click on the ad is a third event.</p>
                <p><a id="ad" href="%s">Autumn sale: 20%% off</a></p>
                <img src="%s" width="1" height="1" alt="">
                <script async src="%s" data-advertiser="%s" data-name="news"></script>
                """.formatted(
                        links.url(LinkKind.CLICK, capture.resolve("/c"), click),
                        links.pixelUrl(capture.resolve("/i"), joinKey, impression),
                        capture.resolve("/t.js"),
                        LocalCapture.ADVERTISER);
    }

    private static String shop(String postback) {
        return """
                <!doctype html><html lang="en"><title>Shop</title>
                <h1>Shop</h1>
                <p><a id="buy" href="/bought?lf=%s&amp;order=%s">Buy a coat for 49.90 USD</a></p>
                <p><a href="/">Back to the news</a></p>
                """.formatted(postback, UUID.randomUUID());
    }

    private String bought(String postback, String order) {
        return """
                <!doctype html><html lang="en"><title>Thank you</title>
                <h1>Thank you</h1>
                <p>This page reports a conversion. It appears in the statistics of %s within a minute.</p>
                <p><a href="/">Back to the news</a></p>
                <script async src="%s" data-advertiser="%s" data-conversion="purchase" data-key="%s"
                  data-revenue="49.90" data-currency="USD" data-lf="%s"></script>
                """.formatted(CAMPAIGN, capture.resolve("/t.js"), LocalCapture.ADVERTISER, order, postback);
    }

    private void respond(HttpExchange exchange, Page page) throws IOException {
        try (exchange) {
            String html = page.html(exchange);
            byte[] body = (html == null ? "There is no such page." : html).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders()
                    .set(
                            "Content-Security-Policy",
                            "default-src 'none'; script-src %1$s; img-src %1$s".formatted(capture));
            exchange.sendResponseHeaders(html == null ? 404 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
