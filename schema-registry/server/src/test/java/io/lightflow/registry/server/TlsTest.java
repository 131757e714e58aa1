package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.service.http.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a key store, the registry speaks HTTPS and nothing else. */
class TlsTest {
    private static final String PASSWORD = "key-store-secret";

    @TempDir
    private Path folder;

    @Test
    void itSpeaksHttpsWithTheKeyOfItsKeyStore() throws Exception {
        Path keyStore = TestKeyStore.make(folder, PASSWORD);
        TestDatabase database = TestDatabase.shared();
        database.createEmpty();
        RegistryServerSettings settings = database.settings().withTls(new TlsSettings(keyStore, PASSWORD));
        try (SchemaRegistryServer server = new SchemaRegistryServer(settings).start()) {
            assertThat(server.url().getScheme()).isEqualTo("https");
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(trusting(keyStore))
                    .build();
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + "/subjects"))
                    .build();
            assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("[]");
            assertThatThrownBy(() -> HttpClient.newHttpClient().send(request, BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
            URI plain = URI.create("http://127.0.0.1:" + server.port() + "/subjects");
            assertThatThrownBy(() -> HttpClient.newHttpClient()
                            .send(HttpRequest.newBuilder(plain).build(), BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
        RegistryServerSettings wrong = database.settings().withTls(new TlsSettings(keyStore, "not it"));
        assertThatThrownBy(() -> new SchemaRegistryServer(wrong).start())
                .hasMessageContaining("check the key store and its password")
                .hasMessageNotContaining("not it");
    }

    private static SSLContext trusting(Path keyStore) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keyStore)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("registry", keys.getCertificate("mykey"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
