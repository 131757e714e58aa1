package io.lightflow.reports.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.server.TestClient;
import io.lightflow.service.access.TokenHash;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries run in a bounded number of processes, which end with what made them necessary. */
class SqlApiTest {
    private static final String VIEWER = "token-of-the-viewer-0";
    private static final String ANALYST = "token-of-the-analyst-0";
    private static final String SCOPED = "token-of-the-scoped-one-0";
    private static final String HOUR = "from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z";
    private static final String COUNT_OF_USER = "/v1/ads/a/aggregated_count?filter=user:u&" + HOUR;
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    @TempDir
    private static Path folder;

    private static ReportsSettings settings;
    private static ReportsServer server;
    private static TestClient analyst;

    @BeforeAll
    static void start() throws IOException {
        QuerySettings queries = new QuerySettings(
                List.of(Path.of("us.yaml")),
                2,
                64,
                64,
                64,
                1,
                Duration.ofSeconds(30),
                10,
                10,
                Files.createDirectory(folder.resolve("temporary")));
        settings = ReportsSettings.of(0, ReportsTestDatabase.fresh().settings())
                .withAccess(new ReportsAccounts(List.of(
                        account("viewer", VIEWER, ReportsRole.VIEWER, Optional.empty()),
                        account("analyst", ANALYST, ReportsRole.ANALYST, Optional.empty()),
                        account("scoped", SCOPED, ReportsRole.MANAGER, Optional.of("a")))))
                .withQueries(queries);
        server = new ReportsServer(settings, ScriptedWorker.command()).start();
        analyst = new TestClient(server.url(), ANALYST);
    }

    private static ReportsAccount account(String name, String token, ReportsRole role, Optional<String> advertiser) {
        return new ReportsAccount(name, TokenHash.of(token), role, advertiser);
    }

    @AfterAll
    static void stopLeavesNothing() throws IOException {
        server.close();
        try (Stream<Path> left = Files.list(folder.resolve("temporary"))) {
            assertThat(left).isEmpty();
        }
    }

    private static String query(String text) {
        return "{\"sql\": \"" + text + "\"}";
    }

    private static JsonNode run(int status, String text) throws Exception {
        return analyst.call(status, "POST", "/v1/sql", query(text));
    }

    @Test
    void aProcessIsKeptForTheNextQuery() throws Exception {
        assertThat(run(200, "pid").asLong())
                .isPositive()
                .isEqualTo(run(200, "pid").asLong());
    }

    @Test
    void theAccountDecidesWhoseRowsAQuerySees() throws Exception {
        String body = "{\"sql\": \"task\", \"from\": \"2026-01-01T01:00:00+01:00\", \"archived_only\": true}";
        HttpResponse<String> response = new TestClient(server.url(), SCOPED).send("POST", "/v1/sql?format=csv", body);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
        assertThat(response.headers().firstValue("Lightflow-Rows")).contains("1");
        assertThat(response.headers().firstValue("Lightflow-Notes")).contains("A note.");
        assertThat(response.body())
                .contains(
                        "\"advertiser\":\"a\"",
                        "\"from\":\"2026-01-01T00:00:00Z\"",
                        "\"to\":null",
                        "\"format\":\"CSV\"",
                        "\"unarchived\":\"LEFT_OUT\"");
        assertThat(run(200, "task").path("advertiser").isNull()).isTrue();
        JsonNode forbidden = new TestClient(server.url(), VIEWER).call(403, "POST", "/v1/sql", query("task"));
        assertThat(forbidden.path("detail").asText())
                .isEqualTo("account viewer has the role viewer, and this request requires the role analyst");
    }

    @Test
    void wrongRequestsAreNamed() throws Exception {
        String wrong =
                "{\"advertiser\": \"b\", \"sql\": 1, \"to\": \"yesterday\", \"from\": \"-1000-01-01T00:00:00Z\"}";
        assertThat(analyst.call(422, "POST", "/v1/sql", wrong).path("errors").findValuesAsText("parameter"))
                .containsExactlyInAnyOrder("advertiser", "sql", "to", "from");
        analyst.call(400, "POST", "/v1/sql?format=xml", query("task"));
        analyst.call(415, "POST", "/v1/sql", query("task"), "Content-Type", "text/plain");
    }

    @Test
    void eachOutcomeHasItsStatus() throws Exception {
        assertThat(run(422, "REJECTED").path("detail").asText()).isEqualTo("because it says so");
        assertThat(run(503, "TIMEOUT").path("type").asText()).isEqualTo("urn:lightflow:problem:too-slow");
        assertThat(analyst.send("POST", "/v1/sql", query("UNAVAILABLE"))
                        .headers()
                        .firstValue("Retry-After"))
                .isPresent();
        run(404, "NOT_CONFIGURED");
        run(500, "FAILED");
        run(500, "crash");
        run(200, "pid");
    }

    @Test
    void aServerWithoutTheSectionSaysWhatIsMissing() throws Exception {
        try (ReportsServer plain = new ReportsServer(ReportsSettings.of(0, settings.replica())).start()) {
            TestClient client = new TestClient(plain.url(), null);
            assertThat(List.of(
                            client.call(501, "POST", "/v1/sql", query("pid")),
                            client.get(501, "/v1/invalid_traffic?" + HOUR),
                            client.get(501, COUNT_OF_USER),
                            client.get(501, "/v1/ads/popular_ads?filter=address:203.0.113.0")))
                    .allSatisfy(problem ->
                            assertThat(problem.path("detail").asText()).contains("lack the section queries"));
        }
    }

    @Test
    void singleUsersAreForAccountsThatReadEvents() throws Exception {
        TestClient viewer = new TestClient(server.url(), VIEWER);
        assertThat(viewer.get(403, COUNT_OF_USER).path("detail").asText()).contains("requires the role analyst");
        assertThat(analyst.get(400, "/v1/explore?filter=user:u&" + HOUR)
                        .at("/errors/0/allowed")
                        .asText())
                .contains("only aggregated_count and popular_ads");
        JsonNode marked = viewer.get(200, "/v1/invalid_traffic?by=rule,campaign&" + HOUR);
        assertThat(marked.path("by").toString()).isEqualTo("[\"rule\",\"campaign\"]");
        assertThat(marked.path("rows")).hasSize(3);
        assertThat(viewer.send("GET", "/v1/invalid_traffic?format=csv&by=rule,campaign&" + HOUR, null)
                        .body())
                .startsWith("rule,campaign,shadow,impressions,clicks,conversions,groups")
                .contains("fast-click,'=summer,true,0,7,0,1");
        assertThat(viewer.get(400, "/v1/invalid_traffic?by=user&" + HOUR)
                        .at("/errors/0/allowed")
                        .asText())
                .contains("rule, campaign");
    }

    /** Sends a query that never ends; returns when its process runs it. */
    private Socket hang(ReportsServer at, String token, Path started) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), at.port());
        String body = query("hang " + started);
        socket.getOutputStream()
                .write(("POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
                                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                        .getBytes(StandardCharsets.US_ASCII));
        await(() -> Files.exists(started) && Files.size(started) > 0);
        return socket;
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static ProcessHandle process(Path started) throws IOException {
        return ProcessHandle.of(Long.parseLong(Files.readString(started))).orElseThrow();
    }

    private static void end(Socket client, ProcessHandle process) throws Exception {
        client.close();
        process.onExit().get(20, TimeUnit.SECONDS);
    }

    @Test
    void oneAccountLeavesAProcessToOthersAndAQueryEndsWhenItsClientLeaves() throws Exception {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        Socket hanging = hang(server, ANALYST, first);
        HttpResponse<String> another = analyst.send("POST", "/v1/sql", query("pid"));
        assertThat(another.statusCode()).isEqualTo(429);
        assertThat(another.headers().firstValue("Retry-After")).isPresent();
        Socket scoped = hang(server, SCOPED, second);
        new TestClient(server.url(), SCOPED).call(429, "POST", "/v1/sql", query("pid"));
        end(scoped, process(second));
        end(hanging, process(first));
        await(() -> {
            try {
                return analyst.send("POST", "/v1/sql", query("pid")).statusCode() == 200;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void theEndOfTheServerEndsItsQueries() throws Exception {
        ReportsServer other = new ReportsServer(settings, ScriptedWorker.command()).start();
        long idle = new TestClient(other.url(), ANALYST)
                .call(200, "POST", "/v1/sql", query("pid"))
                .asLong();
        Optional<ProcessHandle> process = ProcessHandle.of(idle);
        Path started = folder.resolve("at-the-end");
        try (Socket hanging = hang(other, SCOPED, started)) {
            ProcessHandle running = process(started);
            other.close();
            running.onExit().get(20, TimeUnit.SECONDS);
            assertThat(hanging.getInputStream().read())
                    .as("a response or the end of the connection")
                    .isNotZero();
        }
        assertThat(process.map(ProcessHandle::isAlive)).isNotEqualTo(Optional.of(true));
    }
}
