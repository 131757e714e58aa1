package io.lightflow.reports.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.server.BudgetSettings;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.server.TestClient;
import io.lightflow.service.access.TokenHash;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.PostgresStatisticsSink;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Budgets show the committed spend at a stated position, and decisions follow them. */
class BudgetApiTest {
    private static final String VIEWER = "token-of-the-viewer-0123";
    private static final String SCOPED = "token-of-advertiser-b-0123";
    private static final ReportsTestDatabase DATABASE = ReportsTestDatabase.fresh();
    private static final long NOW = System.currentTimeMillis();
    private static final Position COMMITTED = spend("c", 40);
    private static final ReportsServer SERVER = new ReportsServer(ReportsSettings.of(0, DATABASE.settings())
                    .withBudgets(BudgetSettings.DEFAULT.withMaxLag(Optional.empty()))
                    .withAccess(new ReportsAccounts(List.of(
                            new ReportsAccount("viewer", TokenHash.of(VIEWER), ReportsRole.VIEWER, Optional.empty()),
                            new ReportsAccount("scoped", TokenHash.of(SCOPED), ReportsRole.VIEWER, Optional.of("b"))))))
            .start();

    private final TestClient viewer = new TestClient(SERVER.url(), VIEWER);
    private final TestClient scoped = new TestClient(SERVER.url(), SCOPED);

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    /** Writes impressions with the current time, for one micro each. */
    private static Position spend(String campaign, long micros) {
        Statistics statistics = new Statistics();
        Counts counts = statistics.minute(StatisticsKey.of(NOW / 60_000 * 60_000)
                .with(Dimension.CAMPAIGN, campaign)
                .with(Dimension.CREATIVE, "x")
                .with(Dimension.ADVERTISER, "a")
                .with(Dimension.EXCHANGE, "e")
                .with(Dimension.PUBLISHER, "p")
                .with(Dimension.COUNTRY, "DE")
                .with(Dimension.REGION, "BE")
                .with(Dimension.DEVICE, "phone")
                .with(Dimension.DATA_CENTER, "eu")
                .with(Dimension.CURRENCY, "EUR"));
        counts.impressions = micros;
        counts.spendMicros = micros;
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        topics.put("us.joined.impressions", new TopicPosition(List.of(new Incarnation(1, 100)), NOW));
        Position next = new Position(topics, NOW - 7_000, 1, Books.EMPTY);
        try (PostgresStatisticsSink sink =
                new PostgresStatisticsSink(DATABASE.topologySettings(), "stats-counter", "us")) {
            Position position = sink.open(0);
            sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, position, next)), statistics)));
        }
        return next;
    }

    private static void campaign(String id, String advertiser, String columns, String values) {
        DATABASE.execute("INSERT INTO campaign (id, advertiser, name, currency, " + columns + ") VALUES ('" + id
                + "', '" + advertiser + "', 'n', 'EUR', " + values + ")");
    }

    @Test
    void aCampaignWithoutSpendHasAForecast() throws Exception {
        campaign("f", "a", "daily_budget_micros", "10");
        JsonNode forecast = viewer.get(200, "/v1/campaigns/f/forecast");
        assertThat(forecast.path("spent_micros").asLong()).isZero();
        assertThat(forecast.path("demand_micros").asLong()).isZero();
        assertThat(forecast.path("forecast_micros").asLong()).isZero();
        assertThat(forecast.path("profile_days").asInt()).isZero();
        assertThat(forecast.path("currency").asText()).isEqualTo("EUR");
        scoped.get(404, "/v1/campaigns/f/forecast");
        DATABASE.execute("DELETE FROM campaign WHERE id = 'f'");
    }

    @Test
    void aBudgetStatesItsPositions() throws Exception {
        campaign("c", "a", "total_budget_micros, goal_metric, goal_count", "30, 'impressions', 100");
        JsonNode budget = viewer.get(200, "/v1/campaigns/c/budget");
        assertThat(budget.path("total").toString())
                .isEqualTo("{\"budget_micros\":30,\"spent_micros\":40,\"remaining_micros\":-10}");
        assertThat(budget.path("today").path("budget_micros").isNull()).isTrue();
        assertThat(budget.path("goal").toString())
                .isEqualTo("{\"metric\":\"impressions\",\"count\":100,\"delivered\":40}");
        assertThat(budget.path("exhausted_by").asText()).isEqualTo("total");
        assertThat(budget.path("pace").isNull()).isTrue();
        JsonNode asOf = budget.path("as_of");
        assertThat(asOf.path("positions").path("stats-counter/us/0").asText())
                .isEqualTo(PositionCodec.encode(COMMITTED));
        assertThat(asOf.path("behind_ms").asLong()).isBetween(7_000L, 600_000L);
        assertThat(asOf.path("committed_at").asText()).endsWith("Z");

        JsonNode list = viewer.get(200, "/v1/budgets?exhausted=true&advertiser=a");
        assertThat(list.path("budgets").findValuesAsText("campaign")).containsExactly("c");
        assertThat(list.path("as_of").path("watermark").isTextual()).isTrue();
        assertThat(list.path("as_of").has("positions")).isFalse();
        assertThat(viewer.get(200, "/v1/budgets?positions=true").path("as_of").path("positions"))
                .isEqualTo(asOf.path("positions"));
        viewer.get(400, "/v1/budgets?positions=yes");
        assertThat(viewer.get(200, "/v1/budgets?exhausted=false&advertiser=a")
                        .path("budgets")
                        .isEmpty())
                .isTrue();
    }

    @Test
    void decisionsDoNotWaitForRequestsThatWaitForTheDatabase() throws Exception {
        ExecutorService others = Executors.newCachedThreadPool();
        List<Future<HttpResponse<String>>> waiting = new ArrayList<>();
        try (Connection connection = DATABASE.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE campaign IN ACCESS EXCLUSIVE MODE");
            for (int i = 0; i < 4; i++) {
                waiting.add(others.submit(() -> viewer.send("GET", "/v1/campaigns", null)));
            }
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (Integer.parseInt(DATABASE.query("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                            + " WHERE l.relation = 'campaign'::regclass AND NOT l.granted"
                            + " AND a.query LIKE '%FROM campaign %LIMIT%'"))
                    < 4) {
                assertThat(System.nanoTime()).as("requests wait").isLessThan(end);
            }
            viewer.get(200, "/v1/campaigns/unknown/decision");
            assertThat(waiting).as("waiting requests").noneMatch(Future::isDone);
            connection.rollback();
            for (Future<HttpResponse<String>> one : waiting) {
                assertThat(one.get().statusCode()).isEqualTo(200);
            }
        } finally {
            others.shutdownNow();
        }
    }

    /** The budgets decide in SQL, and the gate in memory. */
    @Test
    void theDecisionOfABudgetIsThatOfTheGate() throws Exception {
        String day = "now() - interval '1 day', now() + interval '1 day'";
        String[][] expected = {
            {"ended", "status", "'ended'"},
            {"ended", "ends_at, status", "now() - interval '1 hour', 'paused'"},
            {"paused", "status, starts_at", "'paused', now() + interval '1 day'"},
            {"not_started", "starts_at, total_budget_micros", "now() + interval '1 day', 1"},
            {"exhausted", "total_budget_micros, daily_budget_micros", "1000, 1000"},
            {"goal_reached", "goal_metric, goal_count", "'clicks', 7"},
            {"exhausted_today", "daily_budget_micros", "1000"},
            {"ahead_of_pace", "pacing, total_budget_micros, starts_at, ends_at", "'even', 1500, " + day},
            {"go", "pacing, total_budget_micros, starts_at, ends_at", "'even', 3000, " + day},
            {"go", "total_budget_micros", "1001"}
        };
        for (int i = 0; i < expected.length; i++) {
            DATABASE.execute("INSERT INTO campaign_total VALUES ('z" + i + "', 'EUR', 7, 7, 1000)");
            DATABASE.execute("INSERT INTO campaign_spend SELECT 'z" + i + "', 'EUR', minutes, date_bin(minutes *"
                    + " interval '1 minute', now(), '2000-01-01 00:00+00'), 1000"
                    + " FROM (VALUES (15), (60)) AS m (minutes)");
            campaign("z" + i, "z", expected[i][1], expected[i][2]);
        }
        JsonNode budgets = viewer.get(200, "/v1/budgets?advertiser=z").path("budgets");
        assertThat(budgets.findValuesAsText("decision"))
                .containsExactlyElementsOf(
                        Stream.of(expected).map(one -> one[0]).toList());
        assertThat(viewer.get(200, "/v1/budgets?advertiser=z&decision=go&decision=paused&order=desc&limit=2")
                        .toString())
                .contains("\"z9\"", "\"z8\"", "\"matching\":3", "\"next\":null")
                .doesNotContain("\"z2\"");
        assertThat(viewer.get(200, "/v1/budgets?advertiser=z&limit=4&after=z3")
                        .path("next")
                        .asText())
                .isEqualTo("z7");
        for (String sort : BudgetOrder.LABELS) {
            JsonNode page = viewer.get(200, "/v1/budgets?text=Z&sort=" + sort + "&limit=3&offset=9");
            assertThat(page.path("budgets").size()).as(sort).isEqualTo(1);
            assertThat(page.path("matching").asLong()).as(sort).isEqualTo(10);
        }
        assertThat(viewer.get(200, "/v1/budgets?advertiser=z&sort=pace&limit=1")
                        .at("/budgets/0/campaign")
                        .asText())
                .isEqualTo("z8");
        assertThat(viewer.get(200, "/v1/budgets?advertiser=z&offset=10")
                        .path("matching")
                        .asLong())
                .isEqualTo(10);
        viewer.get(400, "/v1/budgets?sort=name&after=c");
        viewer.get(400, "/v1/budgets?decision=maybe");
        String last = "/v1/campaigns/z" + (expected.length - 1) + "/decision";
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (viewer.get(200, last).path("decision").asText().equals("unknown")) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat(viewer.get(200, "/v1/campaigns/z" + i + "/decision")
                            .path("decision")
                            .asText())
                    .as("the gate's decision about the columns " + expected[i][1])
                    .isEqualTo(expected[i][0]);
        }
    }

    @Test
    void decisionsMatchThoseOfTheGate() throws Exception {
        campaign("d/1 é", "b", "status", "'paused'");
        campaign("d2", "other", "daily_budget_micros", "30");
        String decision = "/v1/campaigns/%s/decision";
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (viewer.get(200, decision.formatted("d2"))
                .path("decision")
                .asText()
                .equals("unknown")) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
        HttpResponse<String> go = viewer.send("GET", decision.formatted("d2"), null);
        assertThat(go.body()).isEqualTo("{\"decision\":\"go\",\"may_bid\":true}");
        assertThat(go.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(viewer.get(200, decision.formatted("d%2F1%20%C3%A9"))
                        .path("decision")
                        .asText())
                .isEqualTo("paused");
        assertThat(scoped.get(200, decision.formatted("d%2F1%20%C3%A9"))
                        .path("decision")
                        .asText())
                .isEqualTo("paused");
        assertThat(scoped.get(200, decision.formatted("d2")).path("decision").asText())
                .isEqualTo("unknown");
        new TestClient(SERVER.url(), null).get(401, decision.formatted("d2"));
        viewer.call(405, "POST", decision.formatted("d2"), null);

        JsonNode many = viewer.get(200, "/v1/decisions?campaign=d2&campaign=nothing");
        assertThat(many.path("decisions").toString())
                .isEqualTo("{\"d2\":{\"decision\":\"go\",\"may_bid\":true},"
                        + "\"nothing\":{\"decision\":\"unknown\",\"may_bid\":false}}");
        assertThat(many.path("stale").asBoolean()).isFalse();
        assertThat(viewer.call(200, "POST", "/v1/decisions", "{\"campaigns\":[\"d2\"]}")
                        .path("decisions")
                        .size())
                .isEqualTo(1);
        viewer.get(400, "/v1/decisions");

        spend("d2", 30);
        while (viewer.get(200, decision.formatted("d2")).path("may_bid").asBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
        assertThat(viewer.send("GET", "/metrics", null).body())
                .contains("lightflow_reports_decisions_total{decision=\"go\"}")
                .contains("lightflow_reports_budgets_listening 1.0");
    }
}
