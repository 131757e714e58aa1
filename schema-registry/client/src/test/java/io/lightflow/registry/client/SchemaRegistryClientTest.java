package io.lightflow.registry.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lightflow.registry.client.StubRegistry.Response;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaRegistryClientTest {
    private static final Response STRING = new Response(200, "{\"schema\":\"\\\"string\\\"\"}");
    private static final Response UNKNOWN =
            new Response(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    private static final Response BROKEN = new Response(503, "out of order");

    @Test
    void aFetchedSchemaIsCachedAndOutlivesTheRegistry() {
        SchemaRegistryClient client;
        try (StubRegistry registry = StubRegistry.respondingWith(STRING)) {
            client = new SchemaRegistryClient(impatient(registry.url()));
            assertThat(client.schemaById(7)).isSameAs(client.schemaById(7));
            assertThat(registry.requests()).containsExactly("GET /schemas/ids/7");
        }
        assertThat(client.schemaById(7).getType()).isEqualTo(Schema.Type.STRING);
        assertThatThrownBy(() -> client.schemaById(8)).isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void aPreloadedSchemaNeedsNoRegistry() throws IOException {
        SchemaRegistryClient client = new SchemaRegistryClient(impatient(nothingListensHere()));
        Schema schema = Schema.create(Schema.Type.LONG);
        assertThat(client.schemaById(client.preload(schema))).isSameAs(schema);
    }

    @Test
    void anUnknownIdIsQueriedAgainOnlyAfterItExpires() {
        try (StubRegistry registry = StubRegistry.respondingWith(UNKNOWN, UNKNOWN, STRING)) {
            AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
            SchemaRegistryClient client = new SchemaRegistryClient(
                    impatient(registry.url()).withUnknownIdMemory(Duration.ofSeconds(10)), now::get);
            for (int i = 0; i < 1_000; i++) {
                assertThatThrownBy(() -> client.schemaById(7)).isInstanceOf(SchemaNotFoundException.class);
            }
            assertThat(registry.requests()).hasSize(1);
            now.set(Instant.EPOCH.plusSeconds(10));
            assertThatThrownBy(() -> client.schemaById(7)).isInstanceOf(SchemaNotFoundException.class);
            assertThat(registry.requests()).hasSize(2);
            now.set(Instant.EPOCH.plusSeconds(20));
            assertThat(client.schemaById(7).getType()).isEqualTo(Schema.Type.STRING);
        }
    }

    @Test
    void anIdBelowOneIsNeverQueried() {
        try (StubRegistry registry = StubRegistry.respondingWith(STRING)) {
            SchemaRegistryClient client = new SchemaRegistryClient(impatient(registry.url()));
            assertThatThrownBy(() -> client.schemaById(0)).isInstanceOf(SchemaNotFoundException.class);
            assertThatThrownBy(() -> client.schemaById(-5)).isInstanceOf(SchemaNotFoundException.class);
            assertThat(registry.requests()).isEmpty();
        }
    }

    @Test
    void theCacheOfUnknownIdsIsBounded() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        UnknownIdCache unknown = new UnknownIdCache(Duration.ofSeconds(1), now::get);
        for (int id = 1; id <= 2 * UnknownIdCache.CAPACITY; id++) {
            unknown.add(id);
        }
        assertThat(unknown.contains(1)).isTrue();
        assertThat(unknown.contains(2 * UnknownIdCache.CAPACITY)).isFalse();
        now.set(Instant.EPOCH.plusSeconds(2));
        unknown.add(2 * UnknownIdCache.CAPACITY);
        assertThat(unknown.contains(2 * UnknownIdCache.CAPACITY)).isTrue();
    }

    @Test
    void aServerErrorIsRetried() {
        try (StubRegistry registry = StubRegistry.respondingWith(BROKEN, BROKEN, STRING)) {
            SchemaRegistryClient client = new SchemaRegistryClient(impatient(registry.url()));
            assertThat(client.schemaById(7).getType()).isEqualTo(Schema.Type.STRING);
            assertThat(registry.requests()).hasSize(3);
        }
    }

    @Test
    void theFinalFailureNamesEveryAttempt() {
        try (StubRegistry registry = StubRegistry.respondingWith(BROKEN)) {
            SchemaRegistryClient client = new SchemaRegistryClient(impatient(registry.url()));
            RegistryUnavailableException e =
                    catchThrowableOfType(RegistryUnavailableException.class, () -> client.schemaById(7));
            assertThat(e)
                    .hasMessageContaining("Getting schema 7")
                    .hasMessageContaining("3 attempts")
                    .hasMessageContaining("HTTP 503 out of order");
            assertThat(e.getSuppressed()).hasSize(2);
            assertThat(registry.requests()).hasSize(3);
        }
    }

    @Test
    void anotherInstanceReplacesAnUnavailableOneAndIsPreferredFromThenOn() throws IOException {
        try (StubRegistry broken = StubRegistry.respondingWith(BROKEN);
                StubRegistry registry = StubRegistry.respondingWith(STRING)) {
            SchemaRegistryClient client =
                    new SchemaRegistryClient(impatient(nothingListensHere(), broken.url(), registry.url()));
            client.schemaById(7);
            client.schemaById(8);
            assertThat(broken.requests()).hasSize(1);
            assertThat(registry.requests()).hasSize(2);
        }
    }

    @Test
    void noCallExceedsItsTimeout() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            URI url = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            SchemaRegistryClient client = new SchemaRegistryClient(RegistryClientSettings.of(url)
                    .withTimeouts(Duration.ofSeconds(2), Duration.ofMillis(150), Duration.ofMillis(400))
                    .withRounds(1_000, Duration.ofMillis(1)));
            long start = System.nanoTime();
            assertThatThrownBy(() -> client.schemaById(7)).isInstanceOf(RegistryUnavailableException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void aRejectionIsFatalAndNotRetried() {
        try (StubRegistry registry = StubRegistry.respondingWith(
                new Response(409, "{\"error_code\":409,\"message\":\"incompatible with version 1\"}"))) {
            SchemaRegistryClient client = new SchemaRegistryClient(impatient(registry.url()));
            SchemaRejectedException e = catchThrowableOfType(
                    SchemaRejectedException.class, () -> client.register("a/b c", Schema.create(Schema.Type.INT)));
            assertThat(e).hasMessageContaining("incompatible with version 1").hasMessageContaining("a/b c");
            assertThat(e.errorCode()).isEqualTo(409);
            assertThat(registry.requests()).containsExactly("POST /subjects/a%2Fb%20c/versions");
        }
    }

    @Test
    void aServerThatIsNoRegistryIsDistinguishedFromAnUnknownSchema() {
        try (StubRegistry page = StubRegistry.respondingWith(
                new Response(404, "<html>not here</html>"),
                new Response(200, "<html>welcome</html>"),
                new Response(200, "{}"),
                new Response(200, "{\"schema\":\"no schema\"}"))) {
            SchemaRegistryClient client = new SchemaRegistryClient(impatient(page.url()));
            for (int i = 0; i < 4; i++) {
                assertThatThrownBy(() -> client.schemaById(7))
                        .isInstanceOf(UnexpectedResponseException.class)
                        .hasMessageContaining("Check that the URL");
            }
        }
    }

    @Test
    void credentialsAreSentAndNeverShown() {
        try (StubRegistry registry = StubRegistry.respondingWith(STRING)) {
            RegistryClientSettings open = impatient(registry.url());
            RegistryClientSettings basic = open.withCredentials(Credentials.basic("bidder", "s3cret"));
            RegistryClientSettings bearer = open.withCredentials(Credentials.bearer("t0ken"));
            for (RegistryClientSettings settings : List.of(open, basic, bearer)) {
                new SchemaRegistryClient(settings).schemaById(7);
            }
            assertThat(registry.authorizations()).containsExactly("null", "Basic YmlkZGVyOnMzY3JldA==", "Bearer t0ken");
            assertThat(basic.toString()).contains("bidder").doesNotContain("s3cret");
            assertThat(bearer.toString()).doesNotContain("t0ken");
            URI url = URI.create("http://bidder:s3cret@registry:8081");
            assertThatThrownBy(() -> RegistryClientSettings.of(url))
                    .hasMessageContaining("registry")
                    .hasMessageContaining("withCredentials")
                    .message()
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void aRedirectReceivesNoCredentials() {
        try (StubRegistry registry = StubRegistry.respondingWith(new Response(302, "{}"))) {
            SchemaRegistryClient client =
                    new SchemaRegistryClient(impatient(registry.url()).withCredentials(Credentials.bearer("t0ken")));
            assertThatThrownBy(() -> client.schemaById(7)).isInstanceOf(UnexpectedResponseException.class);
            assertThat(registry.requests()).hasSize(1);
        }
    }

    @Test
    void missingPermissionsAreReportedAndNotRetried() {
        for (int status : new int[] {401, 403}) {
            try (StubRegistry registry = StubRegistry.respondingWith(new Response(status, "not for you"))) {
                SchemaRegistryClient client = new SchemaRegistryClient(impatient(registry.url()));
                assertThatThrownBy(() -> client.schemaById(7))
                        .isInstanceOf(UnexpectedResponseException.class)
                        .hasMessageContaining("HTTP " + status + " not for you")
                        .hasMessageContaining("Check the credentials");
                assertThat(registry.requests()).hasSize(1);
            }
        }
    }

    @Test
    void onlyClientsThatTrustItsCertificateReachATlsRegistry(@TempDir Path directory) throws Exception {
        Path store = directory.resolve("registry.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "registry",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=registry",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        "s3cret")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.txt").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        ClientTlsSettings tls = ClientTlsSettings.trusting(store, "s3cret").withKey(store, "s3cret");
        try (StubRegistry registry = StubRegistry.respondingOverTls(tls, STRING)) {
            RegistryClientSettings settings = impatient(registry.url());
            assertThatThrownBy(() -> new SchemaRegistryClient(settings).schemaById(7))
                    .isInstanceOf(RegistryUnavailableException.class);
            SchemaRegistryClient trusting =
                    new SchemaRegistryClient(settings.withTls(ClientTlsSettings.trusting(store, "s3cret")));
            assertThat(trusting.schemaById(7).getType()).isEqualTo(Schema.Type.STRING);
        }
    }

    @Test
    void anUnreadableTrustStoreIsNamed() {
        RegistryClientSettings settings = RegistryClientSettings.of(URI.create("https://registry:8081"))
                .withTls(ClientTlsSettings.trusting(Path.of("no-such-store.p12"), "s3cret"));
        assertThatThrownBy(() -> new SchemaRegistryClient(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no-such-store.p12")
                .message()
                .doesNotContain("s3cret");
    }

    @Test
    void aSchemaIsReadWithItsReferences() {
        Response event = new Response(
                200,
                "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"a.Event\\\",\\\"fields\\\":"
                        + "[{\\\"name\\\":\\\"m\\\",\\\"type\\\":\\\"a.Money\\\"}]}\","
                        + "\"references\":[{\"name\":\"a.Money\",\"subject\":\"a.Money\",\"version\":3}]}");
        Response money = new Response(
                200,
                "{\"subject\":\"a.Money\",\"version\":3,\"id\":9,\"schema\":\"{\\\"type\\\":\\\"record\\\","
                        + "\\\"name\\\":\\\"a.Money\\\",\\\"fields\\\":[]}\"}");
        try (StubRegistry registry = StubRegistry.respondingWith(event, money)) {
            SchemaRegistryClient client = new SchemaRegistryClient(impatient(registry.url()));
            Schema schema = client.schemaById(7);
            assertThat(schema.getField("m").schema().getFullName()).isEqualTo("a.Money");
            assertThat(registry.requests()).containsExactly("GET /schemas/ids/7", "GET /subjects/a.Money/versions/3");
        }
    }

    @Test
    void theLatestVersionOutlivesTheRegistry() {
        SchemaRegistryClient client;
        RegisteredSchema before;
        try (StubRegistry registry = StubRegistry.respondingWith(
                new Response(200, "{\"subject\":\"s\",\"version\":2,\"id\":7,\"schema\":\"\\\"string\\\"\"}"))) {
            client = new SchemaRegistryClient(impatient(registry.url()));
            before = client.latest("s");
        }
        assertThat(client.latest("s")).isEqualTo(before);
        assertThatThrownBy(() -> client.latest("other")).isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void anInterruptEndsTheCallAndIsPreserved() throws IOException {
        SchemaRegistryClient client = new SchemaRegistryClient(impatient(nothingListensHere()));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> client.schemaById(7))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    private static RegistryClientSettings impatient(URI... urls) {
        return RegistryClientSettings.of(List.of(urls)).withRounds(3, Duration.ofMillis(1));
    }

    private static URI nothingListensHere() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }
}
