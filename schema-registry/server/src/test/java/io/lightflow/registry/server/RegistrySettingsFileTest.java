package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A settings file is read completely, or rejected with the invalid key. */
class RegistrySettingsFileTest {
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "DB",
            "database-secret",
            "READER",
            "secret-of-the-reader",
            "CI",
            "secret-of-the-pipeline",
            "KEYS",
            "keys-secret",
            "SHORT",
            "secret-of-15-ch");
    private static final String DATABASE = "database: {url: \"jdbc:postgresql://db/lightflow\", user: lightflow}\n";

    @TempDir
    private Path folder;

    @Test
    void everySettingIsRead() throws Exception {
        Path keyStore = Files.createFile(folder.resolve("keys.p12"));
        RegistryServerSettings settings = parse("""
                bind: 0.0.0.0
                port: 8443
                database:
                  url: jdbc:postgresql://db:5432/lightflow
                  user: lightflow
                  passwordVariable: DB
                  poolSize: 4
                  timeout: 2s
                maxRequestBytes: 65536
                tls: {keyStore: "%s", passwordVariable: KEYS}
                access:
                  - {user: bidder, secretVariable: READER, role: read}
                  - {token: ci, secretVariable: CI, role: write}
                """.formatted(keyStore));
        assertThat(settings.http().bind()).isEqualTo("0.0.0.0");
        assertThat(settings.http().port()).isEqualTo(8443);
        assertThat(settings.password().get()).isEqualTo("database-secret");
        assertThat(settings.databaseTimeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.http().maxRequestBytes()).isEqualTo(65_536);
        assertThat(settings.http().tls().orElseThrow().password()).isEqualTo("keys-secret");
        assertThat(settings.access().toString()).contains("bidder (READ)", "ci (WRITE)");
        assertThat(settings.toString()).doesNotContain("secret");
    }

    @Test
    void onlyTheDatabaseIsRequired() {
        RegistryServerSettings settings = parse(DATABASE);
        assertThat(settings.http().port()).isEqualTo(8081);
        assertThat(settings.http().bind()).isEqualTo("127.0.0.1");
        assertThat(settings.access().toString()).isEqualTo("unrestricted");
    }

    @Test
    void errorsNameTheKey() {
        assertWrong("databse: {}\n", "unknown key databse", "database");
        assertWrong("database: {uri: x}\n", "unknown key database.uri");
        assertWrong("port: 1\n", "database is missing");
        assertWrong("database: {url: \"jdbc:postgresql://db/x\"}\n", "database.user is missing");
        assertWrong(DATABASE + "port: \"8081\"\n", "invalid value of port");
        assertWrong(DATABASE + "access: []\n", "access is empty");
        assertWrong(DATABASE + "access: [{user: a, secretVariable: CI, role: admin}]\n", "access[0].role", "admin");
        assertWrong(DATABASE + "access: [{secretVariable: CI, role: read}]\n", "access[0] must have either user");
        assertWrong(DATABASE + "access: [{user: a, role: read}]\n", "access[0].secretVariable is missing");
        assertWrong(
                DATABASE + "access: [{user: a, secretVariable: NOWHERE, role: read}]\n",
                "access[0].secretVariable",
                "NOWHERE",
                "not set");
        assertWrong(
                DATABASE
                        + "access: [{user: a, secretVariable: CI, role: read}, {token: a, secretVariable:"
                        + " READER, role: read}]\n",
                "two accounts named a");
        assertWrong(DATABASE + "tls: {keyStore: /nowhere, passwordVariable: KEYS}\n", "tls.keyStore", "/nowhere");
        assertWrong(DATABASE + "maxRequestBytes: 10\n", "maxRequestBytes");
        assertWrong(DATABASE + "maxConnections: 0\n", "maxConnections must be 1 to");
        assertWrong(DATABASE + "maxRequestsPerSecond: 0\n", "maxRequestsPerSecond must be 1 to");
        assertWrong("", "the file is empty");
    }

    @Test
    void anOpenAddressNeedsAccounts() {
        assertWrong(DATABASE + "bind: 0.0.0.0\n", "access must name the accounts", "could change schemas");
        String access = "access: [{user: a, secretVariable: CI, role: read}]\n";
        assertThat(parse(DATABASE + "bind: 0.0.0.0\n" + access).http().bind()).isEqualTo("0.0.0.0");
    }

    @Test
    void aShortSecretIsRejected() {
        for (String account : new String[] {"user: a", "token: a"}) {
            assertThatThrownBy(() -> parse(DATABASE + "access: [{" + account + ", secretVariable: SHORT, role: read}]"))
                    .hasMessageContaining(
                            "access[0].secretVariable: a token or password must have at least 16 characters, but has"
                                    + " 15")
                    .hasMessageNotContaining("secret-of-15-ch");
        }
    }

    @Test
    void secretsComeFromFiles() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "secret-in-a-file-0\n");
        RegistryServerSettings settings = parse("""
                database: {url: "jdbc:postgresql://db/lightflow", user: lightflow, passwordFile: %s}
                access: [{token: ci, secretFile: %s, role: write}]
                """.formatted(secret, secret));
        assertThat(settings.password().get()).isEqualTo("secret-in-a-file-0");
        assertThat(settings.access().authenticate("Bearer secret-in-a-file-0")).isPresent();
        assertThat(settings.access().authenticate("Bearer secret-in-a-file-1")).isEmpty();
    }

    private static void assertWrong(String yaml, String... parts) {
        assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }

    private static RegistryServerSettings parse(String yaml) {
        return RegistrySettingsFile.parse(yaml, ENVIRONMENT);
    }
}
