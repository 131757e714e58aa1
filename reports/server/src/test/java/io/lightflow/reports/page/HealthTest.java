package io.lightflow.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.server.TestClient;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.browser.Browser;
import io.lightflow.service.browser.Chromium;
import io.lightflow.service.browser.Tab;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The health of the groups is what their monitors and the database say. */
class HealthTest {
    private static final String VIEWER = "token-of-the-viewer-0123";
    private static final String ONE = "token-of-advertiser-a-0123";

    @TempDir
    private static Path profile;

    private static HttpServer monitor;
    private static ReportsServer server;

    @BeforeAll
    static void start() throws Exception {
        monitor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        monitor.createContext("/metrics", exchange -> {
            byte[] body = metrics().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        monitor.start();
        ReportsTestDatabase database = ReportsTestDatabase.fresh();
        database.execute("INSERT INTO stats_set_aside (topology, group_name, topic, incarnation, shard, record_offset,"
                + " reason) VALUES ('stats-counter', 'us', 'us.joined.clicks', 1, 0, 7, 'the amount is too large'),"
                + " ('stats-counter', 'us', 'us.joined.clicks', 1, 0, 9, 'the amount is too large')");
        database.execute("INSERT INTO certificate SELECT 'us', date_trunc('day', now(), 'UTC') - make_interval(hours =>"
                + " hour), now(), CASE WHEN hour = 3 THEN 1200 ELSE 0 END FROM generate_series(1, 30) AS hour");
        server = new ReportsServer(ReportsSettings.of(0, database.settings())
                        .withAccess(new ReportsAccounts(List.of(
                                new ReportsAccount("vic", TokenHash.of(VIEWER), ReportsRole.VIEWER, Optional.empty()),
                                new ReportsAccount("one", TokenHash.of(ONE), ReportsRole.MANAGER, Optional.of("a")))))
                        .withMonitors(List.of(
                                URI.create("http://127.0.0.1:"
                                        + monitor.getAddress().getPort() + "/"),
                                URI.create("http://127.0.0.1:" + closedPort()))))
                .start();
    }

    private static int closedPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String metrics() {
        double now = Instant.now().toEpochMilli() / 1_000.0;
        StringBuilder text = new StringBuilder("# HELP lightflow_monitor_reachable 1 if the last look had an answer\n");
        for (String topology : List.of("dataflow", "stats-counter", "archive")) {
            String labels = "group=\"us\",topology=\"" + topology + "\"";
            text.append("lightflow_monitor_reachable{group=\"us\",source=\"" + topology + "\"} 1.0\n");
            text.append("lightflow_monitor_topology_owned{" + labels + "} 1.0\n");
            text.append(
                    "lightflow_monitor_topology_paused{" + labels + "} " + (topology.equals("archive") ? 1 : 0) + "\n");
            for (int shard = 0; shard < 2; shard++) {
                String ofShard = "{" + labels + ",shard=\"" + shard + "\"} ";
                boolean isStopped = topology.equals("dataflow") && shard == 1;
                text.append("lightflow_monitor_shard_stopped" + ofShard + (isStopped ? 1 : 0) + "\n");
                text.append("lightflow_monitor_books_balanced" + ofShard + "1.0\n");
                text.append("lightflow_monitor_lag_offsets" + ofShard + (isStopped ? "1.2E3" : "3.0") + "\n");
                text.append("lightflow_monitor_event_time_lag_seconds" + ofShard + (isStopped ? 7200 : 2) + "\n");
                text.append("lightflow_monitor_watermark_timestamp_seconds" + ofShard + (now - (isStopped ? 7200 : 2))
                        + "\n");
            }
        }
        text.append(
                "lightflow_monitor_events{group=\"us\",topology=\"dataflow\",type=\"clicks\",entry=\"in\"} 1.5E6\n");
        text.append(
                "lightflow_monitor_events{group=\"us\",topology=\"dataflow\",type=\"clicks\",entry=\"rejected\"} 4\n");
        String newest = "lightflow_monitor_newest_record_timestamp_seconds{group=\"us\",dc=\"us-west\",cluster=";
        text.append(newest + "\"central\"} " + (now - 90) + "\n");
        text.append(newest + "\"front\"} " + now + "\n");
        text.append("lightflow_monitor_mirror_lag_seconds{group=\"us\",dc=\"us-west\"} 90\n");
        text.append("lightflow_certificate_complete{group=\"us\"} 0\n");
        text.append("lightflow_certificate_hour_timestamp_seconds{group=\"us\"} 1784412000\n");
        text.append("lightflow_certificate_differences{group=\"us\",shard=\"0\"} 2\n");
        text.append("lightflow_certificate_row_differences{group=\"us\"} 1\n");
        text.append("jvm_threads_current 12\nlightflow_monitor_infinite +Inf\n");
        return text.toString();
    }

    @AfterAll
    static void stop() {
        server.close();
        monitor.stop(0);
    }

    @Test
    void monitorsAndReasonsAreListedForAccountsOfAllAdvertisers() throws Exception {
        TestClient all = new TestClient(server.url(), VIEWER);
        JsonNode monitors = all.get(200, "/v1/monitors").path("monitors");
        assertThat(monitors.get(0).path("failure").isNull()).isTrue();
        assertThat(monitors.get(0).path("samples").findValuesAsText("name"))
                .contains("lightflow_monitor_topology_owned", "lightflow_certificate_complete")
                .doesNotContain("jvm_threads_current", "lightflow_monitor_infinite");
        assertThat(monitors.get(1).path("failure").asText()).isNotEmpty();
        assertThat(monitors.get(1).path("samples")).isEmpty();
        JsonNode reason = all.get(200, "/v1/set_aside").path("reasons").get(0);
        assertThat(reason.path("topic").asText() + " " + reason.path("reason").asText() + " " + reason.path("records"))
                .isEqualTo("us.joined.clicks the amount is too large 2");
        JsonNode hours = all.get(200, "/v1/certificates?days=92").path("certificates");
        assertThat(hours.findValuesAsText("differences")).hasSize(30).containsOnlyOnce("1200");
        assertThat(all.get(200, "/v1/certificates?days=1").path("certificates").size())
                .isLessThan(30);
        for (String path : List.of("/v1/monitors", "/v1/set_aside", "/v1/certificates")) {
            new TestClient(server.url(), ONE).get(403, path);
            new TestClient(server.url(), null).get(401, path);
        }
    }

    @Test
    void labelsAreUnescaped() {
        assertThat(MetricsText.samples("a{b=\"x\\\"y\\\\z\\n,c=1\",d=\"\"} 2 1700000000\na 1\nb 1\n", "a"))
                .extracting(Object::toString)
                .containsExactly(
                        "Sample[name=a, labels={b=x\"y\\z\n,c=1, d=}, value=2.0]",
                        "Sample[name=a, labels={}, value=1.0]");
    }

    @Test
    @EnabledIf(
            value = "io.lightflow.service.browser.Chromium#isInstalled",
            disabledReason = "PATH names no Chromium or Chrome. Install one, such as Debian's package chromium.")
    void thePageShowsWhatNeedsAnOperator() throws Exception {
        try (Browser browser = Browser.start(Chromium.find().orElseThrow(), profile);
                Tab tab = browser.open(1360, 900)) {
            tab.prefer("light");
            tab.go(URI.create(server.url() + "/health"));
            tab.await("document.activeElement.id === 'token'");
            tab.type(VIEWER);
            tab.press("Enter");
            tab.await("document.querySelectorAll('#topologies tbody tr').length === 3");
            assertThat(tab.strings("#topologies .state"))
                    .containsExactly("Shard 1 stopped", "runs, books balance", "paused by an operator");
            assertThat(tab.strings("#topologies tbody tr:first-child td")).contains("2 h", "1,203");
            tab.awaitText("#topologies .error", "does not answer");
            tab.awaitText("#centers .state", "the mirror lags");
            tab.awaitText("#books tbody", "1,500,000");
            tab.awaitText("#certificates .state", "3 differences");
            tab.awaitText("#rejected tbody", "lightflow rejected list shows the reasons");
            assertThat(tab.text("#rejected tbody")).contains("us.joined.clicks", "the amount is too large");
            assertThat(tab.strings("#rejected .commands code"))
                    .containsExactly(
                            "lightflow rejected list --settings us.yaml",
                            "lightflow rejected redrive --settings us.yaml");
            tab.awaitText("#calendar .as-of", "30 hours of the last 14 days (UTC), 1 with differences");
            assertThat(tab.strings("#calendar td.bad")).containsExactly("✗1,200 differences");
            assertThat(tab.strings("#calendar td.good")).hasSize(29);
            tab.awaitText("#shards .empty", "There are no shards yet");
            assertThat(tab.evaluate("new Set([...document.querySelectorAll('#content > section')].map((one) =>"
                                    + " one.clientWidth)).size")
                            .asInt())
                    .isEqualTo(1);
            tab.screenshot("health");
            assertThat(tab.barriers()).isEmpty();
            tab.prefer("dark");
            tab.resize(360, 740);
            tab.assertFits(360);
            tab.screenshot("health-narrow");
            assertThat(tab.barriers()).isEmpty();
            assertThat(tab.errors()).isEmpty();
        }
    }
}
