package io.lightflow.reports.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.service.http.ServerTlsSettings;
import io.lightflow.service.test.TestKeyStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a key store, the server serves only HTTPS, also for decisions. */
class ReportsTlsTest {
    private static final String PASSWORD = "key-store-secret";

    @TempDir
    private Path folder;

    @Test
    void itServesHttpsWithTheKeyOfItsKeyStore() throws Exception {
        Path keyStore = TestKeyStore.create(folder, PASSWORD);
        // The decision UNKNOWN needs no database.
        DatabaseSettings unavailable = new DatabaseSettings(
                "jdbc:postgresql://127.0.0.1:1/unavailable", "postgres", null, "public", 2, Duration.ofMillis(250));
        ReportsSettings settings =
                ReportsSettings.of(0, unavailable).withTls(new ServerTlsSettings(keyStore, PASSWORD));
        try (ReportsServer server = new ReportsServer(settings).start()) {
            assertThat(server.url().getScheme()).isEqualTo("https");
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(TestKeyStore.trusting(keyStore, PASSWORD))
                    .build();
            HttpResponse<String> decision = client.send(
                    HttpRequest.newBuilder(URI.create(server.url() + "/v1/campaigns/c/decision"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(decision.body()).isEqualTo("{\"decision\":\"stale\",\"may_bid\":false}");
            HttpRequest me =
                    HttpRequest.newBuilder(URI.create(server.url() + "/v1/me")).build();
            assertThat(client.send(me, BodyHandlers.ofString()).headers().firstValue("Strict-Transport-Security"))
                    .isPresent();
            assertThatThrownBy(() -> HttpClient.newHttpClient().send(me, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
        ReportsSettings wrong = ReportsSettings.of(0, unavailable).withTls(new ServerTlsSettings(keyStore, "not it"));
        assertThatThrownBy(() -> new ReportsServer(wrong).start())
                .hasMessageContaining("check the key store and its password")
                .hasMessageNotContaining("not it");
    }

    @Test
    void aRenewedCertificateCountsWithoutARestart() throws Exception {
        Path keyStore = TestKeyStore.create(folder, PASSWORD);
        Path renewed = TestKeyStore.create(Files.createDirectory(folder.resolve("renewed")), PASSWORD);
        DatabaseSettings unavailable = new DatabaseSettings(
                "jdbc:postgresql://127.0.0.1:1/unavailable", "postgres", null, "public", 2, Duration.ofMillis(250));
        ReportsSettings settings =
                ReportsSettings.of(0, unavailable).withTls(new ServerTlsSettings(keyStore, PASSWORD));
        SSLContext trusting = TestKeyStore.trusting(renewed, PASSWORD);
        try (ReportsServer server = new ReportsServer(settings).start()) {
            assertThat(isTrusted(server, trusting)).isFalse();
            Files.move(renewed, keyStore, StandardCopyOption.REPLACE_EXISTING);
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!isTrusted(server, trusting)) {
                assertThat(System.nanoTime()).as("within 20 s").isLessThan(end);
            }
        }
    }

    private static boolean isTrusted(ReportsServer server, SSLContext trusting) throws Exception {
        try {
            HttpClient.newBuilder()
                    .sslContext(trusting)
                    .build()
                    .send(
                            HttpRequest.newBuilder(URI.create(server.url() + "/health/live"))
                                    .build(),
                            BodyHandlers.discarding());
            return true;
        } catch (SSLException e) {
            return false;
        }
    }
}
