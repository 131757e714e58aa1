package io.lightflow.reports.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lightflow.reports.gate.StalePolicy;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.statistics.WrittenStatistics;
import io.lightflow.service.http.HttpSettings;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.HotStandby;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * With a real hot standby, the server reads from the replica and changes campaigns in the primary. It runs alone: the
 * replica cancels statements that conflict with what other tests do in the primary.
 */
@Isolated
class ReportsReplicaTest {
    private static final Duration MAX_LAG = Duration.ofSeconds(2);
    private static final Instant BEGIN = Instant.now().truncatedTo(ChronoUnit.DAYS);
    private static final ReportsTestDatabase PRIMARY = ReportsTestDatabase.fresh();
    private static final WrittenStatistics WRITTEN = new WrittenStatistics(PRIMARY);

    @TempDir
    private static Path folder;

    private static HotStandby standby;
    private static ReportsServer server;
    private static TestClient client;

    @BeforeAll
    static void start() throws Exception {
        // The replica waits this long for statements that conflict with replay.
        standby = HotStandby.of(PRIMARY.settings().url(), folder, "max_standby_streaming_delay = 50ms");
        DatabaseSettings replica = DatabaseSettings.of(standby.url(), "postgres", "postgres")
                .withSchema(PRIMARY.settings().schema());
        server = new ReportsServer(new ReportsSettings(
                        new HttpSettings(
                                HttpSettings.DEFAULT_BIND,
                                0,
                                ReportsSettings.DEFAULT_MAX_REQUEST_BYTES,
                                Optional.empty()),
                        replica,
                        Optional.of(PRIMARY.settings()),
                        Duration.ofSeconds(30),
                        ReportsAccounts.UNRESTRICTED,
                        new BudgetSettings(
                                Optional.empty(),
                                Duration.ofMillis(50),
                                Duration.ofSeconds(30),
                                Optional.of(MAX_LAG),
                                StalePolicy.REFUSE),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty()))
                .start();
        client = new TestClient(server.url(), null);
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
        standby.close();
        WRITTEN.close();
    }

    @Test
    void aCampaignIsMadeInThePrimaryAndShowsWhenTheReplicaHasReplayedIt() throws Exception {
        standby.pauseReplay();
        JsonNode made = client.call(201, "POST", "/v1/campaigns", campaign("made"));
        client.get(404, "/v1/campaigns/made");
        client.get(404, "/v1/campaigns/made/budget");

        standby.resumeReplay();
        standby.awaitReplay();

        assertThat(client.get(200, "/v1/campaigns/made")).isEqualTo(made);
        awaitDecision("made", "go");
        client.call(200, "POST", "/v1/campaigns/made/pause", "");
        awaitDecision("made", "paused");
        assertThat(client.get(200, "/v1/campaigns/made/audit").findValuesAsText("action"))
                .containsExactly("update", "insert");
    }

    @Test
    void everyPathAnswersAsOnThePrimary() throws Exception {
        client.call(201, "POST", "/v1/campaigns", campaign("all"));
        spend("all", 40);
        awaitDecision("all", "go");
        JsonNode rule = client.call(
                201,
                "POST",
                "/v1/alerts",
                "{\"name\": \"silence\", \"figure\": \"silence_seconds\", \"threshold\": 300}");
        JsonNode view = client.call(
                200, "POST", "/v1/views", "{\"page\": \"explore\", \"name\": \"by day\", \"state\": \"step=day\"}");
        standby.awaitReplay();
        String window = "from=" + BEGIN + "&to=" + BEGIN.plus(Duration.ofHours(25));
        List<String> paths = List.of(
                "/health/live",
                "/health/ready",
                "/metrics",
                "/v1/me",
                "/v1/campaigns",
                "/v1/campaigns?text=all&advertiser=a",
                "/v1/campaigns/all",
                "/v1/campaigns/all/audit",
                "/v1/campaigns/all/budget",
                "/v1/campaigns/all/decision",
                "/v1/budgets?positions=true",
                "/v1/decisions?campaign=all&campaign=nothing",
                "/v1/shards",
                "/v1/monitors",
                "/v1/set_aside",
                "/v1/certificates?days=92",
                "/v1/ads/ad-all/aggregated_count?metric=impressions&" + window,
                "/v1/ads/ad-all/aggregated_count?metric=spend_micros&filter=country:DE&" + window,
                "/v1/ads/popular_ads?metric=impressions&window=360&until=" + BEGIN.plus(Duration.ofHours(4)),
                "/v1/ads/popular_ads?metric=impressions&window=60&filter=country:DE&until="
                        + BEGIN.plus(Duration.ofHours(1)),
                "/v1/campaigns/all/series?step=hour&" + window,
                "/v1/campaigns/all/series?step=day&by=creative,country&format=csv&" + window,
                "/v1/campaigns/all/series?step=day&format=arrow&" + window,
                "/v1/explore?step=day&time_zone=Asia/Kolkata&by=creative&" + window,
                "/v1/campaigns/all/forecast",
                "/v1/alerts",
                "/v1/alerts/" + rule.path("id").asText(),
                "/v1/alert_events",
                "/v1/views",
                "/v1/views/" + view.path("id").asText());
        for (String path : server.paths()) {
            // Events are in the archive, and the provider of log-ins is elsewhere.
            if (path.matches("GET /(v1/|health/|metrics).*")
                    && !path.matches("GET /v1/(why/.*|invalid_traffic|login)")) {
                String pattern = path.substring("GET ".length()).replaceAll("\\{[a-z_]+}", "[^/]+") + "(\\?.*)?";
                assertThat(paths).as(path).anyMatch(asked -> asked.matches(pattern));
            }
        }
        try (ReportsServer onPrimary = new ReportsServer(ReportsSettings.of(0, PRIMARY.settings())).start()) {
            TestClient primary = new TestClient(onPrimary.url(), null);
            for (String path : paths) {
                String found = figures(client, path);
                // Each server has its own metrics and decisions.
                if (!path.equals("/metrics") && !path.contains("decision")) {
                    assertThat(found).as(path).isEqualTo(figures(primary, path));
                }
            }
        }
        assertThat(figures(client, paths.get(16))).contains("\"count\":40");
        assertThat(figures(client, "/v1/campaigns/all/budget")).contains("\"spent_micros\":40");
    }

    @Test
    void whileReplayIsPausedFiguresStayThoseOfOneSnapshotAndDecisionsGetStale() throws Exception {
        client.call(201, "POST", "/v1/campaigns", campaign("lagging"));
        spend("lagging", 40);
        standby.awaitReplay();
        awaitDecision("lagging", "go");
        standby.pauseReplay();
        JsonNode before = client.get(200, "/v1/campaigns/lagging/budget");
        Instant watermark = Instant.parse(before.path("as_of").path("watermark").asText());
        String spent = before.path("total").path("spent_micros").asText();
        String count = "/v1/ads/ad-lagging/aggregated_count?metric=impressions&from=" + BEGIN + "&to="
                + BEGIN.plus(Duration.ofHours(25));

        spend("lagging", 5);

        await("decisions are stale", () -> decision(client, "lagging").equals("stale"));
        assertThat(client.get(200, "/v1/decisions?campaign=lagging")
                        .path("stale")
                        .asBoolean())
                .isTrue();
        // The server responds, and reports the lag of its figures.
        client.get(200, "/health/ready");
        assertThat(client.get(200, count).path("count").asText()).isEqualTo(spent);
        assertThat(client.get(200, "/v1/campaigns/lagging/budget").path("total"))
                .isEqualTo(before.path("total"));
        for (String path : List.of(count, "/v1/campaigns/lagging/budget", "/v1/budgets")) {
            JsonNode asOf = client.get(200, path).path("as_of");
            assertThat(Instant.parse(asOf.path("watermark").asText())).as(path).isEqualTo(watermark);
            assertThat(asOf.path("behind_ms").asLong())
                    .as(path)
                    .isGreaterThan(MAX_LAG.toMillis())
                    .isGreaterThan(before.path("as_of").path("behind_ms").asLong());
        }
        JsonNode shard = client.get(200, "/v1/shards").path("shards").path(0);
        assertThat(Instant.parse(shard.path("watermark").asText())).isEqualTo(watermark);
        assertThat(shard.path("behind_ms").asLong()).isGreaterThan(MAX_LAG.toMillis());

        standby.resumeReplay();
        standby.awaitReplay();
        assertThat(client.get(200, count).path("count").asLong()).isEqualTo(Long.parseLong(spent) + 5);
        awaitDecision("lagging", "go");
    }

    @Test
    void aStatementThatTheReplicaCancelsIsAskedAgain() throws Exception {
        HttpResponse<String> response = cancelled("2019-03-01");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    @Test
    void aStatementThatTheReplicaCancelsAgainIsAProblemThatSaysSo() throws Exception {
        HttpResponse<String> response = cancelled("2019-04-01", "2019-04-02");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
        assertThat(ReportsJson.MAPPER.readTree(response.body()).path("type").asText())
                .isEqualTo("urn:lightflow:problem:database-conflict");
    }

    /** Sends a request while the partitions of these days are dropped: each drop cancels the reading statement. */
    private static HttpResponse<String> cancelled(String... days) throws Exception {
        Statistics old = new Statistics();
        for (String day : days) {
            count(old, Instant.parse(day + "T10:00:00Z"), "old", 1);
        }
        WRITTEN.commit(old, Instant.now());
        standby.awaitReplay();
        try (Connection holder = PRIMARY.connect();
                Statement statement = holder.createStatement()) {
            // The request reads this table after it has locked the partitioned ones, so it waits here.
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE stats_kept IN ACCESS EXCLUSIVE MODE");
            standby.awaitReplay();
            CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.send("GET", "/v1/ads/popular_ads", null);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            for (String day : days) {
                standby.await(
                        "the request waits",
                        "SELECT count(*) = 1 FROM pg_stat_activity"
                                + " WHERE application_name = 'lightflow-reports-replica' AND wait_event_type = 'Lock'");
                PRIMARY.execute("DROP TABLE stats_minute_data_" + day.replace("-", ""));
                standby.awaitReplay();
            }
            holder.rollback();
            return answer.get();
        }
    }

    private static String campaign(String id) {
        return "{\"id\":\"" + id + "\",\"advertiser\":\"a\",\"name\":\"n\",\"currency\":\"EUR\","
                + "\"total_budget_micros\":1000000}";
    }

    /** Writes this many impressions of today, for one micro each; the watermark is now. */
    private static void spend(String campaign, long micros) {
        Statistics statistics = new Statistics();
        count(statistics, BEGIN, campaign, micros);
        WRITTEN.commit(statistics, Instant.now());
    }

    private static void count(Statistics statistics, Instant minute, String campaign, long micros) {
        Counts counts = statistics.minute(StatisticsKey.of(minute.toEpochMilli())
                .with(Dimension.CAMPAIGN, campaign)
                .with(Dimension.CREATIVE, "ad-" + campaign)
                .with(Dimension.ADVERTISER, "a")
                .with(Dimension.EXCHANGE, "x")
                .with(Dimension.PUBLISHER, "p")
                .with(Dimension.COUNTRY, "DE")
                .with(Dimension.REGION, "BE")
                .with(Dimension.DEVICE, "phone")
                .with(Dimension.DATA_CENTER, "eu")
                .with(Dimension.CURRENCY, "EUR"));
        counts.impressions += micros;
        counts.spendMicros += micros;
    }

    /** Removes what depends on the time of the request. */
    private static String figures(TestClient client, String path) throws Exception {
        HttpResponse<String> response = client.send("GET", path, null);
        assertThat(response.statusCode()).as(path + ": " + response.body()).isEqualTo(200);
        if (!response.headers().firstValue("Content-Type").orElseThrow().startsWith("application/json")) {
            return response.body();
        }
        JsonNode body = ReportsJson.MAPPER.readTree(response.body());
        for (String name : List.of("behind_ms", "read_at")) {
            body.findParents(name).forEach(parent -> ((ObjectNode) parent).remove(name));
        }
        return body.toString();
    }

    private static String decision(TestClient client, String campaign) throws Exception {
        return client.get(200, "/v1/campaigns/" + campaign + "/decision")
                .path("decision")
                .asText();
    }

    /** Waits while commits are replayed, so that decisions are not stale. */
    private static void awaitDecision(String campaign, String expected) throws Exception {
        await(campaign + " is decided: " + expected, () -> {
            spend("other", 1);
            return decision(client, campaign).equals(expected);
        });
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("within 30 s: " + what).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
