package io.lightflow.reports.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.service.access.TokenHash;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Rules for every path: authorization, security headers and error responses. */
class ReportsServerTest {
    private static final String VIEWER = "token-of-the-viewer-0123";
    private static final String SCOPED = "token-of-advertiser-a-0123";

    private static final ReportsTestDatabase DATABASE = ReportsTestDatabase.fresh();
    private static final ReportsServer SERVER = new ReportsServer(ReportsSettings.of(0, DATABASE.settings())
                    .withAccess(new ReportsAccounts(List.of(
                            new ReportsAccount("viewer", TokenHash.of(VIEWER), ReportsRole.VIEWER, Optional.empty()),
                            new ReportsAccount(
                                    "scoped", TokenHash.of(SCOPED), ReportsRole.MANAGER, Optional.of("a"))))))
            .start();

    private final TestClient nobody = new TestClient(SERVER.url(), null);
    private final TestClient viewer = new TestClient(SERVER.url(), VIEWER);
    private final TestClient scoped = new TestClient(SERVER.url(), SCOPED);

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @Test
    void withoutATokenOnlyHealthIsAccessible() throws Exception {
        HttpResponse<String> response = nobody.send("GET", "/v1/me", null);
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Bearer ");
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        nobody.call(401, "GET", "/metrics", null, "Authorization", "Basic dXNlcjpwYXNz");
        new TestClient(SERVER.url(), VIEWER + "x").get(401, "/v1/me");
        nobody.get(200, "/health/live");
        nobody.get(200, "/health/ready");
        nobody.get(200, "/openapi.json");
        assertThat(viewer.get(200, "/v1/me").path("role").asText()).isEqualTo("viewer");
        assertThat(scoped.get(200, "/v1/me").path("advertiser").asText()).isEqualTo("a");
    }

    @Test
    void accountsOfOneAdvertiserCannotReadMetrics() throws Exception {
        scoped.get(403, "/metrics");
        // The server records a request after its response.
        long end = System.nanoTime() + 10_000_000_000L;
        String metrics;
        do {
            metrics = viewer.send("GET", "/metrics", null).body();
        } while (!metrics.contains("lightflow_reports_request_seconds_bucket") && System.nanoTime() < end);
        assertThat(metrics).contains("lightflow_reports_request_seconds_bucket");
    }

    @Test
    void browsersLoadNothingFromOtherSites() throws Exception {
        HttpResponse<String> response = viewer.send("GET", "/v1/me", null);
        assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "frame-ancestors 'none'");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(response.headers().firstValue("Server")).isEmpty();
        assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
    }

    @Test
    void pathsAndTheirDescriptionsMatch() throws Exception {
        JsonNode document = nobody.get(200, "/openapi.json");
        List<String> described = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (!method.equals("parameters")) {
                        described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(SERVER.paths().stream()
                        .filter(path -> path.matches("[A-Z]+ /(v1/|health/|metrics).*"))
                        .toList());
        // All references resolve.
        for (JsonNode reference : document.findValues("$ref")) {
            assertThat(document.at(reference.asText().substring(1)).isMissingNode())
                    .as(reference.asText())
                    .isFalse();
        }
    }

    @Test
    void everyDescribedNameIsInSnakeCase() throws Exception {
        JsonNode document = nobody.get(200, "/openapi.json");
        List<String> names = new ArrayList<>();
        document.findValues("properties")
                .forEach(properties -> properties.fieldNames().forEachRemaining(names::add));
        for (JsonNode parameters : document.findValues("parameters")) {
            for (JsonNode parameter : parameters) {
                if (parameter.path("in").asText().equals("query")) {
                    names.add(parameter.path("name").asText());
                }
            }
        }
        assertThat(names)
                .contains("as_of", "behind_ms", "ecpm_micros", "until")
                .allMatch(name -> name.matches("[a-z]+(_[a-z]+)*"), "is in snake_case");
    }

    @Test
    void unknownPathsReturnAProblem() throws Exception {
        JsonNode problem = viewer.get(404, "/v1/nothing");
        assertThat(problem.path("status").asInt()).isEqualTo(404);
        viewer.call(405, "DELETE", "/v1/me", null);
    }

    @Test
    void pagesOfOtherSitesCannotAccessAServerWithoutAccounts() throws Exception {
        try (ReportsServer open = new ReportsServer(ReportsSettings.of(0, DATABASE.settings())).start()) {
            TestClient client = new TestClient(open.url(), null);
            client.get(200, "/v1/me");
            client.call(403, "GET", "/v1/me", null, "Sec-Fetch-Site", "cross-site");
            client.call(200, "GET", "/v1/me", null, "Sec-Fetch-Site", "same-origin");
        }
    }

    @Test
    void aSlowStatementIsCancelled() throws Exception {
        ReportsSettings impatient =
                ReportsSettings.of(0, DATABASE.settings()).withStatementTimeout(Duration.ofMillis(100));
        try (ReportsServer server = new ReportsServer(impatient).start();
                Connection connection = DATABASE.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE campaign IN ACCESS EXCLUSIVE MODE");
            JsonNode problem = new TestClient(server.url(), null).get(503, "/v1/campaigns");
            assertThat(problem.path("type").asText()).isEqualTo("urn:lightflow:problem:too-slow");
        }
    }

    @Test
    void anUnavailableDatabaseIsReported() throws Exception {
        DatabaseSettings away = new DatabaseSettings(
                "jdbc:postgresql://127.0.0.1:1/away", "postgres", null, "public", 2, Duration.ofMillis(250));
        try (ReportsServer server = new ReportsServer(ReportsSettings.of(0, away)).start()) {
            TestClient client = new TestClient(server.url(), null);
            client.get(200, "/health/live");
            client.get(503, "/health/ready");
            assertThat(client.get(503, "/v1/campaigns").path("type").asText())
                    .isEqualTo("urn:lightflow:problem:database-away");
            assertThat(client.get(200, "/v1/campaigns/c/decision")
                            .path("decision")
                            .asText())
                    .isEqualTo("stale");
        }
    }
}
