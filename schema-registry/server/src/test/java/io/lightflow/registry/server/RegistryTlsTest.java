package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.service.http.ServerTlsSettings;
import io.lightflow.service.test.TestKeyStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a key store, the registry serves only HTTPS. */
class RegistryTlsTest {
    private static final String PASSWORD = "key-store-secret";

    @TempDir
    private Path folder;

    @Test
    void itServesHttpsWithTheKeyOfItsKeyStore() throws Exception {
        Path keyStore = TestKeyStore.create(folder, PASSWORD);
        RegistryTestDatabase database = RegistryTestDatabase.shared();
        database.createEmpty();
        RegistryServerSettings settings = database.settings().withTls(new ServerTlsSettings(keyStore, PASSWORD));
        try (SchemaRegistryServer server = new SchemaRegistryServer(settings).start()) {
            assertThat(server.url().getScheme()).isEqualTo("https");
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(TestKeyStore.trusting(keyStore, PASSWORD))
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
        RegistryServerSettings wrong = database.settings().withTls(new ServerTlsSettings(keyStore, "not it"));
        assertThatThrownBy(() -> new SchemaRegistryServer(wrong).start())
                .hasMessageContaining("check the key store and its password")
                .hasMessageNotContaining("not it");
    }
}
