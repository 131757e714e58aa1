package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.service.http.ServerTlsSettings;
import io.lightflow.service.test.TestKeyStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
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

    @Test
    void aSyncTrustsTheAuthoritiesThatItIsGiven() throws Exception {
        Path keyStore = TestKeyStore.create(folder, PASSWORD);
        KeyStore keys = KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray());
        byte[] certificate = keys.getCertificate(keys.aliases().nextElement()).getEncoded();
        Path authorities = Files.writeString(
                folder.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(certificate)
                        + "\n-----END CERTIFICATE-----\n");
        RegistryTestDatabase database = RegistryTestDatabase.shared();
        database.createEmpty();
        RegistryServerSettings settings = database.settings().withTls(new ServerTlsSettings(keyStore, PASSWORD));
        try (SchemaRegistryServer server = new SchemaRegistryServer(settings).start()) {
            String url = server.url().toString();
            assertThat(errorOfSync("--from", url, "--to", url, "--authorities", authorities.toString()))
                    .as("both could be read")
                    .contains("are the same registry");
            assertThat(errorOfSync("--from", url, "--to", url)).contains("PKIX path building failed");
            Path none = Files.writeString(folder.resolve("none.pem"), "");
            assertThat(errorOfSync("--from", url, "--to", url, "--authorities", none.toString()))
                    .contains("expected certificates (PEM) in " + none + ", found none");
        }
    }

    private static String errorOfSync(String... arguments) {
        List<String> all = new ArrayList<>(List.of("sync"));
        all.addAll(List.of(arguments));
        StringWriter error = new StringWriter();
        int code = RegistryMain.commandLine().setErr(new PrintWriter(error)).execute(all.toArray(String[]::new));
        assertThat(code).isPositive();
        return error.toString();
    }
}
