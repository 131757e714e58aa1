package io.lightflow.reports.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.http.HttpLimits;
import io.lightflow.service.test.RawHttp;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of the server's clients, and changes of its secrets. */
class ReportsLimitsTest {
    private static final String FIRST = "token-of-the-first-0";
    private static final String SECOND = "token-of-the-second-1";
    private static final ReportsTestDatabase DATABASE = ReportsTestDatabase.fresh();

    @TempDir
    private Path folder;

    @Test
    void oneAccountCannotTakeTheRequestsOfAnother() throws Exception {
        ReportsSettings settings = ReportsSettings.of(0, DATABASE.settings())
                .withAccess(new ReportsAccounts(List.of(
                        new ReportsAccount("first", TokenHash.of(FIRST), ReportsRole.VIEWER, Optional.empty()),
                        new ReportsAccount("second", TokenHash.of(SECOND), ReportsRole.VIEWER, Optional.empty()))));
        try (ReportsServer server =
                new ReportsServer(settings.withHttp(settings.http().withLimits(new HttpLimits(100, 5)))).start()) {
            TestClient first = new TestClient(server.url(), FIRST);
            HttpResponse<String> response = first.send("GET", "/v1/me", null);
            for (int i = 0; i < 500 && response.statusCode() == 200; i++) {
                response = first.send("GET", "/v1/me", null);
            }
            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(response.headers().firstValue("Retry-After")).contains("1");
            assertThat(response.body()).contains("urn:lightflow:problem:too-many-requests", "account first");
            new TestClient(server.url(), SECOND).get(200, "/v1/me");
            // Decisions come from memory, and health checks belong to nobody.
            first.get(200, "/v1/campaigns/c/decision");
            first.get(200, "/health/live");
            first.get(200, "/health/ready");
        }
    }

    @Test
    void aServerWithoutAccountsRejectsNamesOfOtherSites() throws Exception {
        try (ReportsServer server = new ReportsServer(ReportsSettings.of(0, DATABASE.settings())).start()) {
            for (String path : List.of("/v1/me", "/v1/campaigns/c/decision")) {
                try (RawHttp client = new RawHttp(server.port())) {
                    assertThat(client.get(path, "rebound.example")).as(path).isEqualTo(403);
                }
                try (RawHttp client = new RawHttp(server.port())) {
                    assertThat(client.get(path, "localhost")).as(path).isEqualTo(200);
                }
            }
        }
    }

    @Test
    void aUrlThatCannotBeReadGetsAProblem() throws Exception {
        try (ReportsServer server = new ReportsServer(ReportsSettings.of(0, DATABASE.settings())).start();
                RawHttp client = new RawHttp(server.port())) {
            client.send("/v1/campaigns/%zz", "localhost\r\nConnection: close");
            assertThat(client.response())
                    .startsWith("HTTP/1.1 400 ")
                    .contains("Content-Type: application/problem+json", "\"status\":400");
        }
    }

    @Test
    void readinessDoesNotWaitForSlowQueries() throws Exception {
        DatabaseSettings all = DATABASE.settings();
        ReportsSettings settings = ReportsSettings.of(0, all)
                .withReplica(new DatabaseSettings(
                        all.url(), all.user(), all.password(), all.schema(), 1, Duration.ofSeconds(10)))
                .withStatementTimeout(Duration.ofSeconds(60));
        try (ReportsServer server = new ReportsServer(settings).start();
                Connection holder = DATABASE.connect();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE campaign IN ACCESS EXCLUSIVE MODE");
            TestClient client = new TestClient(server.url(), null);
            CompletableFuture<JsonNode> slow = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.get(200, "/v1/campaigns");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            await("the query waits", () -> !DATABASE.query(
                            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                    + " AND application_name = 'lightflow-reports-replica'")
                    .equals("0"));

            long begun = System.nanoTime();
            client.get(200, "/health/ready");

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
            assertThat(slow).isNotDone();
            holder.rollback();
            slow.get();
        }
    }

    @Test
    void aReplacedTokenCountsWithoutARestart() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), FIRST);
        ReportsSettings settings =
                ReportsSettingsFile.parse("""
                port: 0
                replica: {url: "%s", user: postgres}
                access: [{name: desk, role: viewer, tokenFile: "%s"}]
                """.formatted(DATABASE.settings().url(), file), Map.of());
        try (ReportsServer server = new ReportsServer(settings).start()) {
            TestClient first = new TestClient(server.url(), FIRST);
            TestClient second = new TestClient(server.url(), SECOND);
            first.get(200, "/v1/me");
            second.get(401, "/v1/me");
            Files.writeString(file, SECOND);
            await(
                    "the new token counts",
                    () -> second.send("GET", "/v1/me", null).statusCode() == 200);
            first.get(401, "/v1/me");
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("within 20 s: " + what).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }
}
