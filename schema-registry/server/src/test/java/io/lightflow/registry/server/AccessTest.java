package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.registry.server.access.RegistryAccount;
import io.lightflow.registry.server.access.RegistryRole;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenHash;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests without an account are rejected, readers cannot write, and every change is logged without secrets. */
class AccessTest extends ApiTest {
    private static final String PASSWORD = "reader's pässword";
    private static final String TOKEN = "token-of-the-writer";
    private static final String READER = basic("reader", PASSWORD);
    private static final String WRITER = "Bearer " + TOKEN;

    @Override
    RegistryServerSettings settings() throws SQLException {
        return database.settings()
                .withAccess(new Accounts<>(List.of(
                        new RegistryAccount("reader", TokenHash.ofPassword("reader", PASSWORD), RegistryRole.READ),
                        new RegistryAccount("writer", TokenHash.of(TOKEN), RegistryRole.WRITE))));
    }

    @Test
    void withoutAnAccountOnlyHealthIsAccessible() throws Exception {
        HttpResponse<String> response = send("GET", server.url(), "/subjects", null);
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Basic ");
        assertThat(json(response.body()).path("error_code").asInt()).isEqualTo(40101);
        for (String wrong : new String[] {
            basic("reader", TOKEN),
            basic("writer", TOKEN),
            "Bearer " + PASSWORD,
            "Bearer reader:" + PASSWORD,
            "Basic !",
            "Basic",
            "Bearer ",
            ""
        }) {
            assertThat(as(wrong, "GET", "/subjects", null)).as(wrong).isEqualTo(401);
            assertThat(as(wrong, "GET", "/metrics", null)).as(wrong).isEqualTo(401);
            assertThat(as(wrong, "GET", "/ui", null)).as(wrong).isEqualTo(401);
            assertThat(as(wrong, "PUT", "/mode", "{\"mode\":\"READONLY\"}"))
                    .as(wrong)
                    .isEqualTo(401);
        }
        assertThat(send("GET", server.url(), "/health/live", null).statusCode()).isEqualTo(200);
        assertThat(send("GET", server.url(), "/health/ready", null).statusCode())
                .isEqualTo(200);
    }

    @Test
    void readersCannotChangeAnything() throws Exception {
        assertThat(as(WRITER, "POST", "/subjects/things/versions", body("\"int\"")))
                .isEqualTo(200);
        assertThat(as(READER, "GET", "/subjects", null)).isEqualTo(200);
        assertThat(as(READER, "POST", "/subjects/things", body("\"int\""))).isEqualTo(200);
        assertThat(as(READER, "POST", "/compatibility/subjects/things/versions", body("\"int\"")))
                .isEqualTo(200);
        String[][] changes = {
            {"POST", "/subjects/things/versions", body("\"long\"")},
            {"PUT", "/subjects/things/versions/9", body("\"long\"")},
            {"PUT", "/schemas/ids/1", body("\"long\"")},
            {"DELETE", "/subjects/things/versions/1", null},
            {"DELETE", "/subjects/things", null},
            {"PUT", "/config", "{\"compatibility\":\"NONE\"}"},
            {"DELETE", "/config", null},
            {"PUT", "/config/things", "{\"compatibility\":\"NONE\"}"},
            {"DELETE", "/config/things", null},
            {"PUT", "/mode", "{\"mode\":\"READONLY\"}"},
            {"DELETE", "/mode", null},
            {"PUT", "/mode/things", "{\"mode\":\"READONLY\"}"},
            {"DELETE", "/mode/things", null},
        };
        for (String[] change : changes) {
            assertThat(as(READER, change[0], change[1], change[2]))
                    .as(change[0] + " " + change[1])
                    .isEqualTo(403);
        }
        assertThat(json(send("GET", server.url(), "/schemas", null, "Authorization", READER)
                        .body()))
                .hasSize(1);
    }

    @Test
    void pagesOfOtherSitesCannotUseABrowsersPassword() throws Exception {
        assertThat(send(
                                "DELETE",
                                server.url(),
                                "/config",
                                null,
                                "Authorization",
                                WRITER,
                                "Sec-Fetch-Site",
                                "cross-site")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void everyChangeIsLoggedWithItsAuthorAndWithoutSecrets() throws Exception {
        List<String> lines;
        try (LogCapture log = new LogCapture("io.lightflow.registry.audit")) {
            as(WRITER, "POST", "/subjects/things/versions", body("\"int\""));
            as(WRITER, "POST", "/subjects/things/versions", body("\"int\""));
            as(WRITER, "PUT", "/config/things", "{\"compatibility\":\"NONE\"}");
            as(WRITER, "PUT", "/mode/things", "{\"mode\":\"READWRITE\"}");
            as(WRITER, "DELETE", "/mode/things", null);
            as(READER, "DELETE", "/subjects/things", null);
            as(WRITER, "DELETE", "/subjects/things", null);
            as(WRITER, "DELETE", "/subjects/things?permanent=true", null);
            lines = log.messages();
        }
        assertThat(lines).hasSize(6);
        assertThat(lines.get(0))
                .startsWith("writer from 127.0.0.1: register schema ")
                .endsWith("as version 1 of subject things");
        assertThat(lines.toString())
                .contains(
                        "set-config {\"compatibilityLevel\":\"NONE\"} of subject things",
                        "delete-for-good subject things")
                .doesNotContain(TOKEN)
                .doesNotContain("reader");
        String metrics = send("GET", server.url(), "/metrics", null, "Authorization", READER)
                .body();
        assertThat(metrics)
                .contains("lightflow_registry_changes_total{action=\"register\"} 1.0")
                .contains("lightflow_registry_versions{what=\"versions\"} 0.0")
                .contains("path=\"/subjects/{subject}/versions\",status=\"200\"")
                .contains("jvm_memory_used_bytes");
        assertThat(settings().toString())
                .contains("writer")
                .doesNotContain(TOKEN)
                .doesNotContain(PASSWORD);
    }

    @Test
    void thePageLoadsNothingFromOtherSitesAndInsertsNoMarkup() throws Exception {
        HttpResponse<String> page = send("GET", server.url(), "/ui", null, "Authorization", READER);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.body()).doesNotContain("http:").doesNotContain("https:");
        for (String file : new String[] {"page.js", "difference.js"}) {
            HttpResponse<String> script = send("GET", server.url(), "/ui/" + file, null, "Authorization", READER);
            assertThat(script.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/javascript");
            assertThat(script.body())
                    .doesNotContain("innerHTML")
                    .doesNotContain("insertAdjacent")
                    .doesNotContain("document.write")
                    .doesNotContain("eval(");
        }
    }

    private int as(String authorization, String method, String path, String body) throws Exception {
        return send(method, server.url(), path, body, "Authorization", authorization)
                .statusCode();
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }
}
