package io.lightflow.reports.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportsSettingsFileTest {
    private static final String DATABASE = "replica: {url: 'jdbc:postgresql://db/lightflow', user: reader}\n";

    @TempDir
    private Path folder;

    @Test
    void everySettingIsReadAndNoSecretIsPrinted() throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "token-from-a-file-0123\n");
        ReportsSettings settings = ReportsSettingsFile.parse(
                """
                bind: 0.0.0.0
                port: 9000
                replica: {url: 'jdbc:postgresql://replica/l', user: r, passwordVariable: P, schema: s,
                          poolSize: 3, timeout: 500ms}
                primary: {url: 'jdbc:postgresql://primary/l', user: w, passwordVariable: P}
                statementTimeout: 2s
                maxRequestBytes: 2048
                access:
                  - {name: one, tokenVariable: T, role: manager}
                  - {name: two, tokenFile: %s, role: viewer, advertiser: a}
                  - {name: three, tokenSha256: %s, role: viewer}
                monitors: ['http://monitor-1:9460', 'https://monitor-2/us']
                """.formatted(token, "0123456789abcdef".repeat(4)),
                Map.of("P", "hidden-password", "T", "hidden-token-of-one"));

        assertThat(settings.http().port()).isEqualTo(9000);
        assertThat(settings.replica().schema()).isEqualTo("s");
        assertThat(settings.primary().orElseThrow().password().get()).isEqualTo("hidden-password");
        assertThat(settings.toString()).doesNotContain("hidden");
        assertThat(settings.monitors())
                .containsExactly(URI.create("http://monitor-1:9460"), URI.create("https://monitor-2/us"));
        assertThat(settings.access()
                        .principal("Bearer token-from-a-file-0123")
                        .orElseThrow()
                        .advertiser())
                .contains("a");
        assertThat(settings.access()
                        .principal("Bearer hidden-token-of-one")
                        .orElseThrow()
                        .name())
                .isEqualTo("one");
    }

    @Test
    void errorsNameTheKey() {
        assertRejected("replicas: {}", "unknown key replicas; known keys are [access, alerts, bind,");
        assertRejected("port: 1", "replica is missing");
        assertRejected(DATABASE + "port: '1'", "invalid value of port");
        assertRejected(DATABASE + "port: 1\nport: 2", "Duplicate field 'port'");
        assertRejected(DATABASE + "statementTimeout: 5", "statementTimeout: expected a whole number");
        assertRejected(DATABASE + "statementTimeout: 5h", "statementTimeout must be 100ms to 10m");
        assertRejected(DATABASE + "bind: 0.0.0.0", "access must name the accounts");
        assertRejected(DATABASE + "access: []", "access is empty");
        assertRejected(DATABASE + "monitors: ['monitor:9460']", "monitors must be URLs such as http://127.0.0.1:9460");
        assertRejected(
                DATABASE + "openId: {issuer: 'https://i', clientId: c, clientSecretVariable: P, url: 'https://u',"
                        + " roles: {a: viewer}}",
                "openId.clientSecretVariable names the environment variable P, which is not set");
        assertRejected(DATABASE + "openId: {roles: {a: admin}}", "openId.roles.a must be viewer, analyst or manager");
        assertRejected(DATABASE + "alerts: {}", "alerts needs primary");
        assertRejected(DATABASE + "alerts: {interval: 1s}", "alerts.interval must be 5s to 1h, but is 1s");
        assertRejected(DATABASE + "alerts: {webhooks: {hosts: [h]}}", "alerts.webhooks.secretVariable is missing");
        String mail = DATABASE + "alerts: {mail: {host: h, from: a@b.c, domains: [b.c]";
        assertRejected(mail + ", security: plain}}", "alerts.mail.security must be starttls, tls or none");
        assertRejected(mail + ", user: u}}", "alerts.mail.user needs alerts.mail.passwordVariable");
        assertRejected(DATABASE + "monitors: ['a b']", "monitors[0] must be a URL");
        assertRejected(DATABASE + "access: [{name: a, role: viewer}]", "access[0] must have one of tokenVariable");
        assertRejected(
                DATABASE + "access: [{name: a, role: admin, tokenVariable: T}]",
                "access[0].role must be viewer, analyst or");
        assertRejected(DATABASE + "access: [{name: a, role: viewer, tokenVariable: T}]", "T, which is not set");
        assertThatThrownBy(() -> ReportsSettingsFile.parse(
                        DATABASE + "access: [{name: a, role: viewer, tokenVariable: T}]", Map.of("T", "short")))
                .hasMessageContaining(
                        "access[0].tokenVariable: a token or password must have at least 16 characters, but has 5")
                .hasMessageNotContaining("short");
    }

    private static void assertRejected(String yaml, String message) {
        assertThatThrownBy(() -> ReportsSettingsFile.parse(yaml, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
