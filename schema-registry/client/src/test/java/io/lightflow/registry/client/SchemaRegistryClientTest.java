package io.lightflow.registry.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lightflow.registry.client.StubRegistry.Answer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class SchemaRegistryClientTest {
    private static final Answer STRING = new Answer(200, "{\"schema\":\"\\\"string\\\"\"}");
    private static final Answer UNKNOWN = new Answer(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    private static final Answer BROKEN = new Answer(503, "out of order");

    @Test
    void aFetchedSchemaIsNotFetchedAgainAndOutlivesTheRegistry() {
        SchemaRegistryClient client;
        try (StubRegistry registry = StubRegistry.answering(STRING)) {
            client = new SchemaRegistryClient(impatient(registry.url()));
            assertThat(client.schemaById(7)).isSameAs(client.schemaById(7));
            assertThat(registry.requests()).containsExactly("GET /schemas/ids/7");
        }
        assertThat(client.schemaById(7).getType()).isEqualTo(Schema.Type.STRING);
        assertThatThrownBy(() -> client.schemaById(8)).isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void aCompiledInSchemaIsKnownWithoutARegistry() throws IOException {
        SchemaRegistryClient client = new SchemaRegistryClient(impatient(nothingListensHere()));
        Schema schema = Schema.create(Schema.Type.LONG);
        assertThat(client.schemaById(client.know(schema))).isSameAs(schema);
    }

    @Test
    void anUnknownIdIsAskedForAgainOnlyAfterItsMemoryHasPassed() {
        try (StubRegistry registry = StubRegistry.answering(UNKNOWN, UNKNOWN, STRING)) {
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
    void anIdBelowOneIsNeverAskedFor() {
        try (StubRegistry registry = StubRegistry.answering(STRING)) {
            SchemaRegistryClient client = new SchemaRegistryClient(impatient(registry.url()));
            assertThatThrownBy(() -> client.schemaById(0)).isInstanceOf(SchemaNotFoundException.class);
            assertThatThrownBy(() -> client.schemaById(-5)).isInstanceOf(SchemaNotFoundException.class);
            assertThat(registry.requests()).isEmpty();
        }
    }

    @Test
    void rememberedUnknownIdsAreBounded() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        UnknownIds unknown = new UnknownIds(Duration.ofSeconds(1), now::get);
        for (int id = 1; id <= 2 * UnknownIds.CAPACITY; id++) {
            unknown.add(id);
        }
        assertThat(unknown.contains(1)).isTrue();
        assertThat(unknown.contains(2 * UnknownIds.CAPACITY)).isFalse();
        now.set(Instant.EPOCH.plusSeconds(2));
        unknown.add(2 * UnknownIds.CAPACITY);
        assertThat(unknown.contains(2 * UnknownIds.CAPACITY)).isTrue();
    }

    @Test
    void aServerErrorIsTriedAgain() {
        try (StubRegistry registry = StubRegistry.answering(BROKEN, BROKEN, STRING)) {
            SchemaRegistryClient client = new SchemaRegistryClient(impatient(registry.url()));
            assertThat(client.schemaById(7).getType()).isEqualTo(Schema.Type.STRING);
            assertThat(registry.requests()).hasSize(3);
        }
    }

    @Test
    void givingUpNamesEveryAttempt() {
        try (StubRegistry registry = StubRegistry.answering(BROKEN)) {
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
    void anotherInstanceAnswersForOneThatIsDownAndIsAskedFirstFromThenOn() throws IOException {
        try (StubRegistry broken = StubRegistry.answering(BROKEN);
                StubRegistry registry = StubRegistry.answering(STRING)) {
            SchemaRegistryClient client =
                    new SchemaRegistryClient(impatient(nothingListensHere(), broken.url(), registry.url()));
            client.schemaById(7);
            client.schemaById(8);
            assertThat(broken.requests()).hasSize(1);
            assertThat(registry.requests()).hasSize(2);
        }
    }

    @Test
    void noCallOutlastsItsTimeOut() throws IOException {
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
    void aRefusalIsFatalAndNotTriedAgain() {
        try (StubRegistry registry = StubRegistry.answering(
                new Answer(409, "{\"error_code\":409,\"message\":\"incompatible with version 1\"}"))) {
            SchemaRegistryClient client = new SchemaRegistryClient(impatient(registry.url()));
            SchemaRejectedException e = catchThrowableOfType(
                    SchemaRejectedException.class, () -> client.register("a/b c", Schema.create(Schema.Type.INT)));
            assertThat(e).hasMessageContaining("incompatible with version 1").hasMessageContaining("a/b c");
            assertThat(e.errorCode()).isEqualTo(409);
            assertThat(registry.requests()).containsExactly("POST /subjects/a%2Fb%20c/versions");
        }
    }

    @Test
    void whatIsNoRegistryIsToldApartFromAnUnknownSchema() {
        try (StubRegistry page = StubRegistry.answering(
                new Answer(404, "<html>not here</html>"),
                new Answer(200, "<html>welcome</html>"),
                new Answer(200, "{}"),
                new Answer(200, "{\"schema\":\"no schema\"}"),
                new Answer(401, "{\"error_code\":401,\"message\":\"Unauthorized\"}"))) {
            SchemaRegistryClient client = new SchemaRegistryClient(impatient(page.url()));
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> client.schemaById(7))
                        .isInstanceOf(UnexpectedAnswerException.class)
                        .hasMessageContaining("Check that the URL");
            }
        }
    }

    @Test
    void anInterruptEndsTheCallAndIsKept() throws IOException {
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
