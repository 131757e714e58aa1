package io.lightflow.reports.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.server.TestClient;
import io.lightflow.service.access.TokenHash;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Campaigns change only from a known version, every change is audited, and advertisers see only their campaigns. */
class CampaignApiTest {
    private static final String MANAGER = "token-of-the-manager-0123";
    private static final String VIEWER = "token-of-the-viewer-0123";
    private static final String SCOPED = "token-of-advertiser-a-0123";
    private static final String CAMPAIGN = "{\"id\":\"%s\",\"advertiser\":\"%s\",\"name\":\"n\",\"currency\":\"EUR\"}";

    private static final ReportsTestDatabase DATABASE = ReportsTestDatabase.fresh();
    private static final ReportsSettings SETTINGS = ReportsSettings.of(0, DATABASE.settings())
            .withAccess(new ReportsAccounts(List.of(
                    new ReportsAccount("boss", TokenHash.of(MANAGER), ReportsRole.MANAGER, Optional.empty()),
                    new ReportsAccount("viewer", TokenHash.of(VIEWER), ReportsRole.VIEWER, Optional.empty()),
                    new ReportsAccount("only-a", TokenHash.of(SCOPED), ReportsRole.MANAGER, Optional.of("a")))));
    private static final ReportsServer SERVER = new ReportsServer(SETTINGS).start();

    private final TestClient manager = new TestClient(SERVER.url(), MANAGER);
    private final TestClient viewer = new TestClient(SERVER.url(), VIEWER);
    private final TestClient scoped = new TestClient(SERVER.url(), SCOPED);

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    private void make(String id, String advertiser) throws Exception {
        manager.call(201, "POST", "/v1/campaigns", CAMPAIGN.formatted(id, advertiser));
    }

    @Test
    void aCreatedCampaignIsReturnedAsSent() throws Exception {
        String body = """
                {"id":"spring/über 1","advertiser":"a","name":"Spring","currency":"EUR",
                 "total_budget_micros":9000000000000,"daily_budget_micros":5000000,
                 "time_zone":"Asia/Kolkata","starts_at":"2026-03-01T00:00:00+05:30",
                 "ends_at":"2026-04-01T00:00:00+05:30","goal":{"metric":"clicks","count":1000},"pacing":"even"}""";
        HttpResponse<String> created = manager.send("POST", "/v1/campaigns", body);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.headers().firstValue("ETag")).contains("\"1\"");
        String location = created.headers().firstValue("Location").orElseThrow();
        assertThat(location).isEqualTo("/v1/campaigns/spring%2F%C3%BCber%201");

        JsonNode found = viewer.get(200, location);
        assertThat(found.path("starts_at").asText()).isEqualTo("2026-02-28T18:30:00Z");
        assertThat(found.path("total_budget_micros").isIntegralNumber()).isTrue();
        assertThat(found.path("total_budget_micros").asLong()).isEqualTo(9_000_000_000_000L);
        assertThat(found.path("goal").path("count").asInt()).isEqualTo(1000);
        assertThat(found.path("status").asText()).isEqualTo("active");
        viewer.call(304, "GET", location, null, "If-None-Match", "\"1\"");
        manager.call(409, "POST", "/v1/campaigns", body);
        // A client can put what it got.
        assertThat(manager.call(200, "PUT", location, found.toString(), "If-Match", "\"1\"")
                        .path("version")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void aChangeOfAnOutdatedVersionIsRejected() throws Exception {
        make("versions", "a");
        String patch = "{\"daily_budget_micros\":5,\"name\":\"m\"}";
        assertThat(manager.call(428, "PATCH", "/v1/campaigns/versions", patch)
                        .path("detail")
                        .asText())
                .contains("If-Match");
        assertThat(manager.call(200, "PATCH", "/v1/campaigns/versions", patch, "If-Match", "\"1\"")
                        .path("daily_budget_micros")
                        .asInt())
                .isEqualTo(5);
        assertThat(manager.call(412, "PATCH", "/v1/campaigns/versions", patch, "If-Match", "\"1\"")
                        .path("detail")
                        .asText())
                .contains("\"1\"", "\"2\"");
        ObjectNode whole = (ObjectNode) viewer.get(200, "/v1/campaigns/versions");
        whole.remove("daily_budget_micros");
        manager.call(412, "PUT", "/v1/campaigns/versions", whole.toString(), "If-Match", "\"1\"");
        JsonNode put = manager.call(200, "PUT", "/v1/campaigns/versions", whole.toString(), "If-Match", "*");
        assertThat(put.path("daily_budget_micros").isNull()).isTrue();
        assertThat(manager.call(200, "POST", "/v1/campaigns/versions/pause", null)
                        .path("status")
                        .asText())
                .isEqualTo("paused");
        assertThat(manager.call(200, "POST", "/v1/campaigns/versions/resume", null)
                        .path("status")
                        .asText())
                .isEqualTo("active");

        JsonNode audit = viewer.get(200, "/v1/campaigns/versions/audit?limit=4");
        assertThat(audit.path("changes").findValuesAsText("version")).containsExactly("5", "4", "3", "2");
        JsonNode oldest = audit.path("changes").get(3);
        assertThat(oldest.path("account").asText()).isEqualTo("boss");
        assertThat(oldest.path("changes").toString())
                .isEqualTo("{\"name\":{\"to\":\"m\",\"from\":\"n\"},\"daily_budget_micros\":{\"to\":5,\"from\":null}}");
        JsonNode rest = viewer.get(
                200, "/v1/campaigns/versions/audit?before=" + audit.path("next").asText());
        assertThat(rest.path("changes").findValuesAsText("action")).containsExactly("insert");
    }

    @Test
    void allErrorsAreReportedAtOnce() throws Exception {
        String body = """
                {"id":" x","advertiser":"a","currency":"EURO","total_budget_micros":1.5,"daily_budget_micros":-1,
                 "time_zone":"Mars","starts_at":"tomorrow","goal":{"metric":"likes"},"pacing":"odd","budget":1}""";
        JsonNode problem = manager.call(422, "POST", "/v1/campaigns", body);
        assertThat(problem.path("errors").findValuesAsText("parameter"))
                .containsExactlyInAnyOrder(
                        "id",
                        "name",
                        "currency",
                        "total_budget_micros",
                        "daily_budget_micros",
                        "time_zone",
                        "starts_at",
                        "goal.metric",
                        "pacing",
                        "budget");
        assertThat(problem.path("errors").toString())
                .contains("{\"parameter\":\"total_budget_micros\",\"sent\":\"1.5\",\"allowed\":\"an integer from 0 to");
        assertThat(problem.path("detail").asText()).contains("name must be a string", "but is missing");

        make("pace", "a");
        assertThat(manager.call(422, "PATCH", "/v1/campaigns/pace", "{\"pacing\":\"even\"}", "If-Match", "*")
                        .path("detail")
                        .asText())
                .contains("asap, unless the campaign has a daily budget");
        assertThat(manager.call(422, "PATCH", "/v1/campaigns/pace", "{\"currency\":\"USD\"}", "If-Match", "*")
                        .path("detail")
                        .asText())
                .contains("it cannot be changed");
        manager.call(400, "POST", "/v1/campaigns", "{\"id\":");
        manager.call(400, "POST", "/v1/campaigns", "[]");
        manager.call(415, "POST", "/v1/campaigns", "x=1", "Content-Type", "application/x-www-form-urlencoded");
        manager.call(413, "POST", "/v1/campaigns", "\"" + "x".repeat(70_000) + "\"");
        assertThat(viewer.get(400, "/v1/campaigns?limit=0").path("errors").toString())
                .isEqualTo("[{\"parameter\":\"limit\",\"sent\":\"0\",\"allowed\":\"an integer from 1 to 1000\"}]");
        assertThat(viewer.get(400, "/v1/campaigns?staus=active").path("detail").asText())
                .contains("staus must be omitted: the parameters of this path are [");
        viewer.get(400, "/v1/campaigns?status=odd");
        viewer.get(404, "/v1/campaigns/nothing");
    }

    @Test
    void listsArePaginated() throws Exception {
        for (int i = 0; i < 5; i++) {
            make("page-" + i, "pages");
        }
        JsonNode first = viewer.get(200, "/v1/campaigns?advertiser=pages&limit=2&text=PAGE-");
        assertThat(first.path("campaigns").findValuesAsText("id")).containsExactly("page-0", "page-1");
        JsonNode second = viewer.get(
                200,
                "/v1/campaigns?advertiser=pages&limit=3&after="
                        + first.path("next").asText());
        assertThat(second.path("campaigns").findValuesAsText("id")).containsExactly("page-2", "page-3", "page-4");
        assertThat(second.path("next").isNull()).isTrue();
        manager.call(200, "POST", "/v1/campaigns/page-3/pause", null);
        assertThat(viewer.get(200, "/v1/campaigns?advertiser=pages&status=paused")
                        .path("campaigns")
                        .findValuesAsText("id"))
                .containsExactly("page-3");
    }

    @Test
    void anAccountOfOneAdvertiserCannotSeeOrChangeOthers() throws Exception {
        make("scope-a", "a");
        make("scope-b", "b");
        scoped.get(200, "/v1/campaigns/scope-a");
        for (String path : List.of("", "/audit", "/budget")) {
            scoped.get(404, "/v1/campaigns/scope-b" + path);
        }
        scoped.call(404, "PATCH", "/v1/campaigns/scope-b", "{\"name\":\"x\"}", "If-Match", "*");
        scoped.call(404, "POST", "/v1/campaigns/scope-b/pause", null);
        scoped.call(403, "POST", "/v1/campaigns", CAMPAIGN.formatted("scope-c", "b"));
        scoped.get(403, "/v1/campaigns?advertiser=b");
        scoped.get(403, "/v1/budgets?advertiser=b");
        for (String list : List.of("/v1/campaigns", "/v1/budgets")) {
            assertThat(scoped.get(200, list).findValuesAsText("advertiser"))
                    .isNotEmpty()
                    .containsOnly("a");
        }
        scoped.call(200, "POST", "/v1/campaigns/scope-a/pause", null);
        scoped.call(201, "POST", "/v1/campaigns", CAMPAIGN.formatted("scope-d", "a"));
    }

    @Test
    void viewersAndServersWithoutAPrimaryCannotChangeCampaigns() throws Exception {
        viewer.call(403, "POST", "/v1/campaigns", CAMPAIGN.formatted("v", "a"));
        viewer.call(403, "POST", "/v1/campaigns/v/pause", null);
        try (ReportsServer reading = new ReportsServer(SETTINGS.withoutPrimary()).start()) {
            TestClient client = new TestClient(reading.url(), MANAGER);
            client.get(200, "/v1/campaigns");
            assertThat(client.call(403, "POST", "/v1/campaigns", CAMPAIGN.formatted("v", "a"))
                            .path("detail")
                            .asText())
                    .contains("no primary");
        }
    }
}
