package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.registry.server.access.RegistryAccount;
import io.lightflow.registry.server.access.RegistryRole;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.FailedLogins;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.http.HttpLimits;
import io.lightflow.service.test.RawHttp;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Limits of the registry's clients, and its log of those that it rejects. */
class LimitsTest extends ApiTest {
    private static final String FIRST = "token-of-the-first";
    private static final String SECOND = "token-of-the-second";
    private static final int RATE = 5;
    private static final int CONNECTIONS = 3;

    @Override
    RegistryServerSettings settings() throws SQLException {
        return withAccess(database.settings(), new HttpLimits(100, 1_000));
    }

    private static RegistryServerSettings withAccess(RegistryServerSettings settings, HttpLimits limits) {
        return settings.withHttp(settings.http().withLimits(limits))
                .withAccess(new Accounts<>(List.of(
                        new RegistryAccount("first", TokenHash.of(FIRST), RegistryRole.WRITE),
                        new RegistryAccount("second", TokenHash.of(SECOND), RegistryRole.READ))));
    }

    private HttpResponse<String> list(SchemaRegistryServer server, String token) throws Exception {
        return send("GET", server.url(), "/subjects", null, "Authorization", "Bearer " + token);
    }

    @Test
    void oneAccountCannotTakeTheRequestsOfAnother() throws Exception {
        try (SchemaRegistryServer limited =
                new SchemaRegistryServer(withAccess(database.settings(), new HttpLimits(100, RATE))).start()) {
            HttpResponse<String> response = list(limited, FIRST);
            for (int i = 0; i < 100 * RATE && response.statusCode() == 200; i++) {
                response = list(limited, FIRST);
            }
            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(response.headers().firstValue("Retry-After")).contains("1");
            assertThat(json(response.body()).path("error_code").asInt()).isEqualTo(42901);
            assertThat(response.body()).contains("account first").doesNotContain(FIRST);
            assertThat(list(limited, SECOND).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void connectionsAreBounded() throws Exception {
        try (SchemaRegistryServer limited =
                new SchemaRegistryServer(withAccess(database.settings(), new HttpLimits(CONNECTIONS, 1_000))).start()) {
            RawHttp[] open = new RawHttp[CONNECTIONS];
            for (int i = 0; i < CONNECTIONS; i++) {
                open[i] = new RawHttp(limited.port());
                assertThat(open[i].get("/health/live", "registry")).isEqualTo(200);
            }
            try (RawHttp further = new RawHttp(limited.port())) {
                further.send("/health/live", "registry");
                assertThat(further.statusWithin(300)).isEmpty();
                open[0].close();
                assertThat(further.status()).isEqualTo(200);
            }
            for (RawHttp each : open) {
                each.close();
            }
        }
    }

    @Test
    void aServerWithoutAccountsRejectsNamesOfOtherSites() throws Exception {
        try (SchemaRegistryServer open = new SchemaRegistryServer(database.settings()).start();
                RawHttp client = new RawHttp(open.port())) {
            assertThat(client.get("/subjects", "rebound.example")).isEqualTo(403);
        }
        try (SchemaRegistryServer open = new SchemaRegistryServer(database.settings()).start();
                RawHttp client = new RawHttp(open.port())) {
            assertThat(client.get("/subjects", "localhost:" + open.port())).isEqualTo(200);
        }
        try (RawHttp client = new RawHttp(server.port())) {
            // With accounts, the name does not matter.
            assertThat(client.get("/subjects", "registry.example")).isEqualTo(401);
        }
    }

    @Test
    void aFailedLogInIsLoggedOnceWithoutTheCredentials() throws Exception {
        List<String> lines;
        try (LogCapture log = new LogCapture(FailedLogins.class.getName())) {
            send("GET", server.url(), "/subjects", null);
            for (int i = 0; i < 20; i++) {
                assertThat(list(server, "a-wrong-token").statusCode()).isEqualTo(401);
            }
            lines = log.messages();
        }
        assertThat(lines).containsExactly("A request to the schema registry from 127.0.0.1 had wrong credentials");
    }

    @Test
    void readinessDoesNotWaitForSlowStatements() throws Exception {
        RegistryServerSettings settings = database.settings();
        RegistryServerSettings twoConnections = new RegistryServerSettings(
                settings.http(),
                settings.jdbcUrl(),
                settings.user(),
                settings.password(),
                2,
                Duration.ofSeconds(10),
                settings.access());
        try (SchemaRegistryServer busy = new SchemaRegistryServer(twoConnections).start();
                Connection holder = DriverManager.getConnection(settings.jdbcUrl(), settings.user(), null);
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE registry.versions IN ACCESS EXCLUSIVE MODE");
            List<CompletableFuture<HttpResponse<String>>> slow = List.of(list(busy), list(busy));
            awaitBlocked(holder, slow.size());

            long begun = System.nanoTime();
            HttpResponse<String> ready = send("GET", busy.url(), "/health/ready", null);

            assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
            holder.rollback();
            for (CompletableFuture<HttpResponse<String>> each : slow) {
                assertThat(each.get().statusCode()).isEqualTo(200);
            }
        }
    }

    private CompletableFuture<HttpResponse<String>> list(SchemaRegistryServer busy) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return send("GET", busy.url(), "/subjects", null);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void awaitBlocked(Connection connection, int statements) throws SQLException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        try (Statement statement = connection.createStatement()) {
            while (true) {
                try (var found = statement.executeQuery("SELECT count(*) FROM pg_stat_activity WHERE datname ="
                        + " current_database() AND wait_event_type = 'Lock'")) {
                    found.next();
                    if (found.getInt(1) >= statements) {
                        return;
                    }
                }
                assertThat(System.nanoTime()).as("all statements wait").isLessThan(end);
                // pg_stat_activity is the same throughout a transaction, unless it is discarded.
                statement.execute("SELECT pg_stat_clear_snapshot()");
            }
        }
    }
}
