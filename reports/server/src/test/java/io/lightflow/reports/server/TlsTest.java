package io.lightflow.reports.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.service.http.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a key store, the server speaks HTTPS and nothing else; decisions as well. */
class TlsTest {
    private static final String PASSWORD = "key-store-secret";

    @TempDir
    private Path folder;

    @Test
    void itSpeaksHttpsWithTheKeyOfItsKeyStore() throws Exception {
        Path keyStore = folder.resolve("keys.p12");
        makeKeyStore(keyStore);
        // No database is needed to say that nothing is known.
        DatabaseSettings away = new DatabaseSettings(
                "jdbc:postgresql://127.0.0.1:1/away", "postgres", null, "public", 2, Duration.ofMillis(250));
        ReportsSettings settings = ReportsSettings.of(0, away).withTls(new TlsSettings(keyStore, PASSWORD));
        try (ReportsServer server = new ReportsServer(settings).start()) {
            assertThat(server.url().getScheme()).isEqualTo("https");
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(trusting(keyStore))
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
        ReportsSettings wrong = ReportsSettings.of(0, away).withTls(new TlsSettings(keyStore, "not it"));
        assertThatThrownBy(() -> new ReportsServer(wrong).start())
                .hasMessageContaining("check the key store and its password")
                .hasMessageNotContaining("not it");
    }

    /** With a key for 127.0.0.1, which nobody has signed. */
    private static void makeKeyStore(Path file) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor()).isZero();
    }

    private static SSLContext trusting(Path keyStore) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keyStore)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("reports", keys.getCertificate("mykey"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
