package io.lightflow.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lightflow.capture.client.ConsentRule;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.Tag;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Chromium reads news with an ad, prefetches its link, clicks it, and buys in the advertiser's shop. Both sites
 * have a strict content security policy.
 */
class BrowserTest {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path profile;

    private Path chromium;

    @BeforeEach
    void find() {
        Optional<Path> found = NAMES.stream()
                .flatMap(name -> Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(found.isPresent(), "PATH names no Chromium or Chrome. Install one, such as Debian's chromium.");
        chromium = found.get();
    }

    @Test
    void aPurchaseNamesItsClickAndItsImpression() throws Exception {
        ConsentRule rule = new ConsentRule(ConsentRule.Tcf.IF_PRESENT, Set.of());
        try (CaptureFixture capture = new CaptureFixture(rule)) {
            browse(capture, 5);
            assertMeetUnder(capture, "cookie-1");
            Tag tag = event(capture, Tag.class);
            assertThat(tag.getName()).isEqualTo("front-page");
            assertThat(tag.getUrl()).startsWith("http://localhost:").endsWith("/news");
            assertThat(event(capture, Impression.class).getUserAgent()).contains("Chrome");
        }
    }

    @Test
    void itDoesAlsoIfBrowserAndUserRefuseCookies() throws Exception {
        Files.writeString(
                Files.createDirectories(profile.resolve("Default")).resolve("Preferences"),
                "{\"profile\": {\"default_content_setting_values\": {\"cookies\": 2}}}");
        try (CaptureFixture capture = new CaptureFixture(ConsentRule.STRICTEST)) {
            browse(capture, 4);
            assertMeetUnder(capture, "impression-1");
            assertThat(event(capture, Impression.class).getUserAgent()).isEmpty();
        }
    }

    private static void assertMeetUnder(CaptureFixture capture, String joinKey) {
        List<Click> clicks = events(capture, Click.class);
        assertThat(clicks).extracting(Click::getPrefetched).containsExactly(true, false);
        Click click = clicks.get(1);
        assertThat(clicks.get(0).getId()).isEqualTo(click.getId() + "~prefetch");
        assertThat(new String(capture.metrics.scrape(), StandardCharsets.UTF_8))
                .contains("lightflow_capture_request_seconds_count{path=\"/c\",status=\"503\"} 1\n")
                .contains("lightflow_capture_request_seconds_count{path=\"/c\",status=\"302\"} 1\n");
        Conversion conversion = event(capture, Conversion.class);
        assertThat(click.getImpressionId())
                .isEqualTo(event(capture, Impression.class).getId());
        assertThat(conversion.getClickId()).isEqualTo(click.getId());
        assertThat(conversion.getImpressionId()).isEqualTo(click.getImpressionId());
        assertThat(conversion.getKind()).isEqualTo("purchase");
        assertThat(conversion.getRevenueMicros()).isEqualTo(12_500_000);
        assertThat(capture.sent)
                .filteredOn(sent -> !(sent.event() instanceof Tag))
                .extracting(CaptureFixture.Sent::joinKey)
                .containsOnly(joinKey);
    }

    private static <E extends SpecificRecordBase> E event(CaptureFixture capture, Class<E> type) {
        return events(capture, type).get(0);
    }

    private static <E extends SpecificRecordBase> List<E> events(CaptureFixture capture, Class<E> type) {
        return capture.sent.stream()
                .map(CaptureFixture.Sent::event)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** Opens the news, and waits for the events. */
    private void browse(CaptureFixture capture, int events) throws Exception {
        HttpServer sites = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String server = "http://127.0.0.1:" + capture.port();
        String site = "http://localhost:" + sites.getAddress().getPort();
        String ad = server + capture.click(site + "/shop?lf={postback}");
        sites.createContext(
                "/news",
                exchange ->
                        respond(exchange, server, "text/html", """
                <!doctype html><title>News</title><a href="%s">ad</a><img src="%s" alt="">
                <script async src="%s/t.js" data-advertiser="1458" data-name="front-page"></script>
                <script src="/click.js"></script>
                """.formatted(ad, server + capture.pixel(), server)));
        sites.createContext("/click.js", exchange -> respond(exchange, server, "text/javascript", """
                addEventListener('load', () => {
                  const ad = document.querySelector('a');
                  const prefetch = document.createElement('link');
                  prefetch.rel = 'prefetch';
                  prefetch.href = ad.href;
                  prefetch.onload = prefetch.onerror = () => ad.click();
                  document.head.append(prefetch);
                });
                """));
        sites.createContext(
                "/shop",
                exchange -> respond(exchange, server, "text/html", """
                <!doctype html><title>Shop</title>
                <script src="%s/t.js" data-advertiser="1458" data-conversion="purchase" data-key="order-1"
                  data-revenue="12.50" data-currency="EUR" data-lf="%s"></script>
                """.formatted(
                                server, exchange.getRequestURI().getRawQuery().substring("lf=".length()))));
        sites.start();
        Process browser = start(site + "/news");
        try {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (capture.sent.size() < events && browser.isAlive() && System.nanoTime() < deadline) {
                LockSupport.parkNanos(5_000_000);
            }
            assertThat(capture.sent).hasSize(events);
        } finally {
            stop(browser);
            sites.stop(0);
        }
    }

    private Process start(String url) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        chromium.toString(),
                        "--headless=new",
                        // The sandbox does not work as root. The browser opens only pages of the test's own servers.
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-extensions",
                        "--disable-sync",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        url)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        // Its socket, which it does not delete when it is killed.
        builder.environment()
                .put("TMPDIR", Files.createDirectories(profile.resolve("tmp")).toString());
        return builder.start();
    }

    private static void stop(Process browser) throws InterruptedException {
        List<ProcessHandle> all = browser.descendants().toList();
        browser.destroyForcibly().waitFor();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(child -> child.onExit().join());
    }

    private static void respond(HttpExchange exchange, String server, String type, String content) throws IOException {
        byte[] body = content.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders()
                .set(
                        "Content-Security-Policy",
                        "default-src 'none'; script-src 'self' " + server + "; img-src " + server);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
