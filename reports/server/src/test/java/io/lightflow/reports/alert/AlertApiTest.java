package io.lightflow.reports.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.alert.AlertSettings.Mail;
import io.lightflow.reports.alert.AlertSettings.MailSecurity;
import io.lightflow.reports.alert.AlertSettings.Webhooks;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.server.TestClient;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.settings.Secret;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rules over HTTP: validation, versions, roles, and the scope of an account. */
class AlertApiTest {
    private static final String MARA = "token-of-the-manager-0123";
    private static final String ACME = "token-of-acme-0123456789";
    private static final String VIEWER = "token-of-the-viewer-0123";

    private static final ReportsTestDatabase DATABASE = ReportsTestDatabase.fresh();
    private static final ReportsServer SERVER = new ReportsServer(ReportsSettings.of(0, DATABASE.settings())
                    .withAlerts(new AlertSettings(
                            Duration.ofHours(1),
                            Optional.empty(),
                            Optional.of(
                                    new Webhooks(List.of("127.0.0.1", "hooks.example"), Secret.of("0123456789abcdef"))),
                            Optional.of(new Mail(
                                    "127.0.0.1",
                                    1,
                                    MailSecurity.TLS,
                                    Optional.empty(),
                                    Optional.empty(),
                                    "a@example.com",
                                    List.of("Example.com")))))
                    .withAccess(new ReportsAccounts(List.of(
                            new ReportsAccount("mara", TokenHash.of(MARA), ReportsRole.MANAGER, Optional.empty()),
                            new ReportsAccount("adam", TokenHash.of(ACME), ReportsRole.MANAGER, Optional.of("acme")),
                            new ReportsAccount("vera", TokenHash.of(VIEWER), ReportsRole.VIEWER, Optional.empty())))))
            .start();

    private final TestClient mara = new TestClient(SERVER.url(), MARA);
    private final TestClient adam = new TestClient(SERVER.url(), ACME);
    private final TestClient vera = new TestClient(SERVER.url(), VIEWER);

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @AfterEach
    void clear() {
        DATABASE.execute("DELETE FROM alert_rule; DELETE FROM alert_event");
    }

    private static String body(String json) {
        return json.replace('\'', '"');
    }

    @Test
    void aRuleIsCreatedReplacedAndDeletedByVersion() throws Exception {
        HttpResponse<String> response = mara.send(
                "POST", "/v1/alerts", body("{'name': 'Clicks', 'figure': 'clicks', 'is': 'at_most', 'threshold': 10}"));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        String path = response.headers().firstValue("Location").orElseThrow();
        JsonNode rule = mara.get(200, path);
        assertThat(rule.toString())
                .contains(
                        "\"figure\":\"clicks\"",
                        "\"compared_with\":\"threshold\"",
                        "\"resolve_threshold\":10",
                        "\"window_minutes\":60",
                        "\"version\":1",
                        "\"updated_by\":\"mara\"");
        String changed = rule.toString().replace("Clicks", "Few clicks");
        mara.call(428, "PUT", path, changed);
        mara.call(412, "PUT", path, changed, "If-Match", "\"7\"");
        assertThat(mara.call(200, "PUT", path, changed, "If-Match", "\"1\"")
                        .path("version")
                        .asInt())
                .isEqualTo(2);
        mara.call(409, "POST", path + "/test", null);
        mara.call(428, "DELETE", path, null);
        mara.call(204, "DELETE", path, null, "If-Match", "\"2\"");
        mara.get(404, path);
        mara.get(404, "/v1/alerts/x");
        JsonNode events = mara.get(200, "/v1/alert_events?limit=2");
        assertThat(events.path("events").findValuesAsText("kind")).containsExactly("deleted", "changed");
        assertThat(mara.get(200, "/v1/alert_events?before=" + events.path("next"))
                        .path("events")
                        .findValuesAsText("name"))
                .containsExactly("Clicks");
    }

    @Test
    void everyFieldIsValidated() throws Exception {
        assertThat(errors("{'name': '', 'figure': 'ctr', 'threshold': -1, 'is': 'above', 'window_minutes': 0,"
                        + " 'webhook': 'http://hooks.example/x', 'emails': ['a@other.com'], 'more': 1}"))
                .contains("name", "is", "webhook", "emails", "more");
        assertThat(errors("{'name': 'n', 'figure': 'ctr', 'threshold': 'x', 'window_minutes': 0, 'filter': {'colour':"
                        + " ['red']}}"))
                .containsExactlyInAnyOrder("threshold", "filter.colour");
        assertThat(errors("{'name': 'n', 'figure': 'spend_micros', 'threshold': 1}"))
                .containsExactly("filter");
        assertThat(errors("{'name': 'n', 'figure': 'lag_seconds', 'threshold': 1, 'advertiser': 'a'}"))
                .containsExactly("figure");
        assertThat(errors("{'name': 'n', 'figure': 'clicks', 'threshold': 1, 'resolve_threshold': 2}"))
                .containsExactly("resolve_threshold");
        assertThat(errors("{'name': 'n', 'figure': 'silence_seconds', 'threshold': 100000}"))
                .containsExactly("threshold");
        assertThat(errors("{'name': 'n', 'figure': 'total_budget_spent', 'threshold': 1,"
                        + " 'compared_with': 'previous_period', 'minimum_impressions': 5, 'window_minutes': 5}"))
                .containsExactlyInAnyOrder("compared_with", "minimum_impressions", "window_minutes");
        for (String webhook : List.of(
                "https://other.example/",
                "https://hooks.example.evil.example/",
                "https://hooks.example@evil.example/",
                "ftp://hooks.example/",
                "hooks.example")) {
            assertThat(errors("{'name': 'n', 'figure': 'clicks', 'threshold': 1, 'webhook': '" + webhook + "'}"))
                    .as(webhook)
                    .containsExactly("webhook");
        }
        for (String email :
                List.of("a@b@example.com", "a@example.com.evil", "a b@example.com", "x\\r\\nBcc: a@example.com")) {
            assertThat(errors("{'name': 'n', 'figure': 'clicks', 'threshold': 1, 'emails': ['" + email + "']}"))
                    .as(email)
                    .containsExactly("emails");
        }
    }

    @Test
    void everySampleOfTheDocumentsIsTaken() throws Exception {
        String document = Files.readString(Path.of("../../docs/integrating/alert-rules.md"));
        Matcher samples = Pattern.compile("(?s)```json\n(\\{\"name\".*?)```").matcher(document);
        int rules = 0;
        while (samples.find()) {
            mara.call(201, "POST", "/v1/alerts", samples.group(1));
            rules++;
        }
        assertThat(rules).isEqualTo(4);
    }

    private List<String> errors(String rule) throws Exception {
        return mara.call(422, "POST", "/v1/alerts", body(rule)).path("errors").findValuesAsText("parameter");
    }

    @Test
    void anAccountSeesAndChangesOnlyWhatItMay() throws Exception {
        String rule = "{'name': 'n', 'figure': 'clicks', 'threshold': 1, 'webhook': 'https://hooks.example/secret'";
        long all = mara.call(201, "POST", "/v1/alerts", body(rule + "}"))
                .path("id")
                .asLong();
        JsonNode own = adam.call(201, "POST", "/v1/alerts", body(rule + "}"));
        assertThat(own.path("advertiser").asText()).isEqualTo("acme");
        adam.call(422, "POST", "/v1/alerts", body(rule + ", 'advertiser': 'other'}"));
        adam.call(422, "POST", "/v1/alerts", body("{'name': 'n', 'figure': 'lag_seconds', 'threshold': 1}"));
        assertThat(adam.get(200, "/v1/alerts").path("rules").findValuesAsText("id"))
                .containsExactly(own.path("id").asText());
        adam.get(404, "/v1/alerts/" + all);
        adam.call(404, "PUT", "/v1/alerts/" + all, body(rule + "}"), "If-Match", "*");
        adam.call(404, "DELETE", "/v1/alerts/" + all, null, "If-Match", "*");
        adam.call(404, "POST", "/v1/alerts/" + all + "/test", null);
        adam.call(202, "POST", "/v1/alerts/" + own.path("id") + "/test", null);
        assertThat(adam.get(200, "/v1/alert_events").path("events").findValuesAsText("advertiser"))
                .containsOnly("acme");
        vera.call(403, "POST", "/v1/alerts", body(rule + "}"));
        assertThat(vera.get(200, "/v1/alerts/" + all).path("webhook").asText()).isEqualTo("https://hooks.example/…");
        assertThat(vera.get(200, "/v1/alert_events").toString())
                .contains("https://hooks.example/…")
                .doesNotContain("secret");
        assertThat(adam.get(200, "/v1/alert_events").toString()).contains("https://hooks.example/secret");
        new TestClient(SERVER.url(), null).get(401, "/v1/alerts");
    }
}
