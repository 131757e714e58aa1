package io.lightflow.deploy.why;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.deploy.query.QueryWorker;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.Tag;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.query.QuerySettings;
import io.lightflow.reports.server.DatabaseSettings;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.service.access.TokenHash;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reports server answers about events, archived or not, and tells an account of its advertiser's only. */
class EventsOverHttpTest {
    private static final String ANALYST = "token-of-the-analyst-0";
    private static final String OF_ADV = "token-of-the-advertiser-0";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final long TIME =
            System.currentTimeMillis() - Duration.ofMinutes(10).toMillis();

    @TempDir
    private static Path folder;

    private static TracedGroup group;
    private static ReportsServer server;

    @BeforeAll
    static void start() throws Exception {
        group = new TracedGroup(folder);
        sendImpressions("archived");
        send("user-1", click("click-archived", "adv", "adv-archived"));
        Click fast = click("rival-click-archived", "rival", "rival-archived");
        fast.setTime(TIME + 500);
        send("user-2", fast);
        // The archive moves in tables that have rows.
        group.send("us-west", EventType.TAG, "user-1", tag());
        group.send("us-west", EventType.CONVERSION, "user-1", conversion());
        // Rivals share the join key.
        Impression crawled = impression("rival-of-user-1", "rival");
        crawled.setUserAgent("a crawler");
        group.send("us-west", EventType.IMPRESSION, "user-1", crawled);
        Impression rejected = impression("rejected", "adv");
        rejected.setPriceMicros(-1);
        group.send("us-west", EventType.IMPRESSION, "user-1", rejected);
        group.sendBeacons(TIME + 300_000);
        group.run(DataflowTopology.INSTANCE);
        group.run(StatisticsTopology.INSTANCE);
        group.run(ArchiveTopology.INSTANCE);
        sendImpressions("fresh");
        server = new ReportsServer(
                        ReportsSettings.of(
                                        0,
                                        DatabaseSettings.of(
                                                group.settings().postgres().url(), "postgres", null))
                                .withAccess(new ReportsAccounts(List.of(
                                        account("analyst", ANALYST, Optional.empty()),
                                        account("adv", OF_ADV, Optional.of("adv")))))
                                .withQueries(QuerySettings.of(List.of(group.settingsFile()))),
                        QueryWorker.command())
                .start();
    }

    private static ReportsAccount account(String name, String token, Optional<String> advertiser) {
        return new ReportsAccount(name, TokenHash.of(token), ReportsRole.ANALYST, advertiser);
    }

    @AfterAll
    static void stop() {
        server.close();
        group.close();
    }

    private static void sendImpressions(String suffix) {
        group.send("us-west", EventType.IMPRESSION, "user-1", impression("adv-" + suffix, "adv"));
        group.send("us-west", EventType.IMPRESSION, "user-2", impression("rival-" + suffix, "rival"));
    }

    private static void send(String key, Click click) {
        group.send("us-west", EventType.CLICK, key, click);
    }

    private static Impression impression(String id, String advertiser) {
        return Impression.newBuilder()
                .setId(id)
                .setTime(TIME)
                .setAdvertiserId(advertiser)
                .setCampaignId("campaign-of-" + advertiser)
                .setCreativeId("b1")
                .setPriceMicros(1_500)
                .setCurrency("EUR")
                .setIp("203.0.113.0")
                .build();
    }

    private static Click click(String id, String advertiser, String impression) {
        return Click.newBuilder()
                .setId(id)
                .setTime(TIME + 1_000)
                .setAdvertiserId(advertiser)
                .setImpressionId(impression)
                .build();
    }

    private static Tag tag() {
        return Tag.newBuilder()
                .setId("tag")
                .setTime(TIME)
                .setAdvertiserId("adv")
                .build();
    }

    private static Conversion conversion() {
        return Conversion.newBuilder()
                .setId("conversion")
                .setTime(TIME + 2_000)
                .setAdvertiserId("adv")
                .build();
    }

    private static HttpResponse<String> send(String token, HttpRequest.Builder request) throws Exception {
        return HTTP.send(
                request.header("Authorization", "Bearer " + token)
                        .timeout(Duration.ofMinutes(2))
                        .build(),
                BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static String sql(String token, String sql) throws Exception {
        HttpResponse<String> response = send(
                token,
                HttpRequest.newBuilder(URI.create(server.url() + "/v1/sql?format=csv"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(ReportsJson.bytes(Map.of("sql", sql)))));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    @Test
    void aQuerySeesArchivedAndLaterEventsAndStatistics() throws Exception {
        assertThat(sql(ANALYST, "select id from us.impressions order by id"))
                .isEqualTo("id\nadv-archived\nadv-fresh\nrejected\nrival-archived\nrival-fresh\nrival-of-user-1\n");
        assertThat(sql(ANALYST, "select campaign, sum(clicks) n from statistics.stats_hour group by 1 order by 1"))
                .isEqualTo("campaign,n\ncampaign-of-adv,1\ncampaign-of-rival,1\n");
    }

    @Test
    void anAccountOfAnAdvertiserSeesItsRowsOfEach() throws Exception {
        assertThat(sql(OF_ADV, "select id, advertiserId from us.impressions order by id"))
                .isEqualTo("id,advertiserId\nadv-archived,adv\nadv-fresh,adv\nrejected,adv\n");
        assertThat(sql(OF_ADV, "select click.id, impression.campaignId from us.joined_clicks"))
                .isEqualTo("id,campaignId\nclick-archived,campaign-of-adv\n");
        assertThat(sql(OF_ADV, "select distinct campaign from statistics.stats_minute"))
                .isEqualTo("campaign\ncampaign-of-adv\n");
        assertThat(sql(OF_ADV, "select count(*) n from us.impressions, statistics.stats_creative_minute")
                        .lines())
                .hasSize(2);
    }

    @Test
    void aQueryMayAskForTheTables() throws Exception {
        String columns = "select table_schema || '.' || table_name as t from information_schema.tables"
                + " where table_schema in ('us', 'statistics')";
        assertThat(sql(ANALYST, columns)).contains("us.impressions", "us.rejected", "statistics.stats_geo_day");
        assertThat(sql(OF_ADV, columns))
                .contains("us.impressions", "statistics.stats_geo_day")
                .doesNotContain("us.rejected");
    }

    private static JsonNode get(String token, String path) throws Exception {
        HttpResponse<String> response = send(token, HttpRequest.newBuilder(URI.create(server.url() + path)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return ReportsJson.MAPPER.readTree(response.body());
    }

    private static String window() {
        Instant hour = Instant.ofEpochMilli(TIME).truncatedTo(ChronoUnit.HOURS);
        return "from=" + hour + "&to=" + hour.plus(Duration.ofHours(2));
    }

    /** Each figure of events equals that of the statistics. */
    @Test
    void eventsAreCountedByUserAndAddress() throws Exception {
        for (String metric : List.of(
                "impressions", "clicks", "conversions", "invalid_impressions", "spend_micros", "revenue_micros")) {
            String count = "/v1/ads/b1/aggregated_count?" + window() + "&metric=" + metric;
            JsonNode counted = get(ANALYST, count);
            JsonNode found = get(ANALYST, count + "&filter=user:user-1&filter=user:user-2&filter=user:it%27s");
            assertThat(found.path("count")).as(metric).isEqualTo(counted.path("count"));
            assertThat(found.path("by_currency")).as(metric).isEqualTo(counted.path("by_currency"));
            assertThat(found.path("as_of").path("watermark"))
                    .isEqualTo(counted.path("as_of").path("watermark"));
            assertThat(found.at("/parts/0/rows").asText()).isEqualTo("event");
        }
        String impressions = "/v1/ads/b1/aggregated_count?" + window() + "&metric=impressions&filter=";
        assertThat(get(ANALYST, impressions + "user:user-2").path("count").asLong())
                .isEqualTo(1);
        assertThat(get(OF_ADV, impressions + "address:203.0.113.0")
                        .path("count")
                        .asLong())
                .isEqualTo(1);
        assertThat(get(ANALYST, impressions + "user:user-1&filter=data_center:us-west&filter=browser:")
                        .path("count")
                        .asLong())
                .isEqualTo(1);
        assertThat(get(ANALYST, impressions + "user:user-1&filter=data_center:us-east")
                        .path("count")
                        .asLong())
                .isZero();
        JsonNode popular = get(
                ANALYST,
                "/v1/ads/popular_ads?window=360&metric=spend_micros&filter=address:203.0.113.0&until="
                        + Instant.ofEpochMilli(TIME).plus(Duration.ofMinutes(5)));
        assertThat(popular.path("ads"))
                .map(JsonNode::toString)
                .containsExactly(
                        "{\"ad\":\"b1\",\"campaign\":\"campaign-of-adv\",\"advertiser\":\"adv\",\"currency\":\"EUR\","
                                + "\"count\":1500}",
                        "{\"ad\":\"b1\",\"campaign\":\"campaign-of-rival\",\"advertiser\":\"rival\","
                                + "\"currency\":\"EUR\",\"count\":1500}");
    }

    @Test
    void markedEventsAreCountedByRule() throws Exception {
        JsonNode found = get(ANALYST, "/v1/invalid_traffic?" + window());
        assertThat(found.path("rows"))
                .map(JsonNode::toString)
                .containsExactly(
                        "{\"rule\":\"crawler\",\"campaign\":\"campaign-of-rival\",\"publisher\":\"\",\"shadow\":false,"
                                + "\"impressions\":1,\"clicks\":0,\"conversions\":0,\"groups\":1}",
                        "{\"rule\":\"fast-click\",\"campaign\":\"campaign-of-rival\",\"publisher\":\"\","
                                + "\"shadow\":true,\"impressions\":0,\"clicks\":1,\"conversions\":0,\"groups\":1}");
        assertThat(get(ANALYST, "/v1/invalid_traffic?by=campaign&top=1&filter=country:&" + window())
                        .path("rows"))
                .map(row -> row.path("groups").asInt())
                .containsExactly(1, 1);
        assertThat(get(OF_ADV, "/v1/invalid_traffic?" + window()).path("rows")).isEmpty();
    }

    @Test
    void aWrongQueryIsTheClientsError() throws Exception {
        HttpResponse<String> response = send(
                OF_ADV,
                HttpRequest.newBuilder(URI.create(server.url() + "/v1/sql"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"sql\": \"select nothing from us.impressions\"}")));
        assertThat(response.statusCode()).isEqualTo(422);
        JsonNode problem = ReportsJson.MAPPER.readTree(response.body());
        assertThat(problem.path("type").asText()).isEqualTo("urn:lightflow:problem:query-rejected");
        assertThat(problem.path("detail").asText()).contains("\"nothing\" not found");
    }

    private static HttpResponse<String> why(String token, String id) throws Exception {
        return send(token, HttpRequest.newBuilder(URI.create(server.url() + "/v1/why/" + id)));
    }

    @Test
    void anEventIsFollowedFromItsTopicToTheStatistics() throws Exception {
        HttpResponse<String> response = why(ANALYST, "rival-click-archived");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode event = ReportsJson.MAPPER
                .readTree(response.body())
                .get(0)
                .path("events")
                .get(0);
        assertThat(event.path("fate").asText()).isEqualTo("JOINED");
        assertThat(event.path("hops").findValuesAsText("station")).contains("CENTRAL", "COUNTED", "ARCHIVED");
        assertThat(why(ANALYST, "rival-fresh").body()).contains("NOT_READ");
    }

    /** Archived or not, and whatever is joined with it. */
    @Test
    void eventsOfAnotherAdvertiserAreUnknown() throws Exception {
        for (String id : List.of("rival-click-archived", "rival-archived", "rival-fresh")) {
            HttpResponse<String> response = why(OF_ADV, id);
            assertThat(response.statusCode()).as(id).isEqualTo(404);
            assertThat(response.body())
                    .isEqualTo(why(OF_ADV, "nothing").body().replace("trace nothing", "trace " + id));
        }
        for (String id : List.of("click-archived", "adv-archived", "adv-fresh")) {
            HttpResponse<String> response = why(OF_ADV, id);
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            assertThat(response.body()).doesNotContain("rival");
        }
        JsonNode click = ReportsJson.MAPPER
                .readTree(why(OF_ADV, "click-archived").body())
                .get(0)
                .path("events")
                .get(0);
        assertThat(click.path("related").findValuesAsText("id")).containsExactly("adv-archived", "conversion");
        assertThat(why(OF_ADV, "rejected").body()).contains("\"REJECTED\"");
    }
}
