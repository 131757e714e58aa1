package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.registry.client.RegisteredSchema;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.registry.client.RegistryUnavailableException;
import io.lightflow.registry.client.SchemaId;
import io.lightflow.registry.client.SchemaNotFoundException;
import io.lightflow.registry.client.SchemaRegistryClient;
import io.lightflow.registry.client.SchemaRejectedException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server on a real PostgreSQL, used by Lightflow's client. */
class SchemaRegistryServerTest {
    private static final Schema CLICK = SchemaBuilder.record("ads.Click")
            .fields()
            .requiredString("id")
            .requiredLong("time")
            .endRecord();
    private static final Schema CLICK_WITH_PLACE = SchemaBuilder.record("ads.Click")
            .fields()
            .requiredString("id")
            .requiredLong("time")
            .optionalString("place")
            .endRecord();
    private static final Schema CLICK_WITH_REQUIRED_PLACE = SchemaBuilder.record("ads.Click")
            .fields()
            .requiredString("id")
            .requiredLong("time")
            .requiredString("place")
            .endRecord();

    private static RegistryTestDatabase database;
    private SchemaRegistryServer server;

    @BeforeAll
    static void startDatabase() {
        database = RegistryTestDatabase.shared();
    }

    @BeforeEach
    void start() throws SQLException {
        database.createEmpty();
        server = new SchemaRegistryServer(database.settings()).start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void registeredSchemasAreFoundByIdAndBySubject() {
        int id = client().register("clicks", CLICK);
        assertThat(id).isEqualTo(SchemaId.of(CLICK));
        assertThat(client().schemaById(id)).isEqualTo(CLICK);
        assertThat(client().latest("clicks")).isEqualTo(new RegisteredSchema("clicks", 1, id, CLICK));
        assertThat(client().register("clicks", CLICK)).isEqualTo(id);

        int second = client().register("clicks", CLICK_WITH_PLACE);
        assertThat(client().latest("clicks")).isEqualTo(new RegisteredSchema("clicks", 2, second, CLICK_WITH_PLACE));
        assertThat(client().schemaById(id)).isEqualTo(CLICK);
    }

    @Test
    void oneSchemaHasOneIdInEverySubject() {
        int id = client().register("eu.clicks", CLICK);
        assertThat(client().register("us-west.clicks", CLICK)).isEqualTo(id);
        assertThat(client().latest("us-west.clicks").version()).isEqualTo(1);
    }

    @Test
    void anUnknownIdOrSubjectIsReportedAsUnknown() {
        assertThatThrownBy(() -> client().schemaById(4711))
                .isInstanceOf(SchemaNotFoundException.class)
                .hasMessageContaining("40403");
        assertThatThrownBy(() -> client().latest("nothing"))
                .isInstanceOf(SchemaNotFoundException.class)
                .hasMessageContaining("40401");
    }

    @Test
    void anIncompatibleSchemaIsRejectedWithItsPath() {
        client().register("clicks", CLICK);
        assertThatThrownBy(() -> client().register("clicks", CLICK_WITH_REQUIRED_PLACE))
                .isInstanceOf(SchemaRejectedException.class)
                .hasMessageContaining("READER_FIELD_MISSING_DEFAULT_VALUE")
                .hasMessageContaining("/fields/2")
                .hasMessageContaining("version 1");
        assertThat(client().latest("clicks").version()).isEqualTo(1);
        assertThatThrownBy(() -> client().schemaById(SchemaId.of(CLICK_WITH_REQUIRED_PLACE)))
                .isInstanceOf(SchemaNotFoundException.class);
    }

    @Test
    void twoHundredConcurrentRegistrationsCreateOneVersion() throws Exception {
        try (SchemaRegistryServer other = new SchemaRegistryServer(database.settings()).start()) {
            List<SchemaRegistryServer> servers = List.of(server, other);
            Set<Integer> ids = new HashSet<>();
            for (int id : concurrently(200, i -> client(servers.get(i % 2)).register("clicks", CLICK))) {
                ids.add(id);
            }
            assertThat(ids).containsExactly(SchemaId.of(CLICK));
            assertThat(client().latest("clicks").version()).isEqualTo(1);
        }
    }

    @Test
    void concurrentRegistrationsGetVersionsWithoutGaps() throws Exception {
        int count = 40;
        concurrently(count, i -> client().register("clicks", withOptionalField("field" + i)));
        assertThat(client().latest("clicks").version()).isEqualTo(count);
    }

    @Test
    void serversStartConcurrentlyOnAnEmptyDatabase() throws Exception {
        server.close();
        database.createEmpty();
        List<SchemaRegistryServer> started = new ArrayList<>();
        try {
            started.addAll(concurrently(4, i -> new SchemaRegistryServer(database.settings()).start()));
            int id = client(started.get(0)).register("clicks", CLICK);
            assertThat(client(started.get(3)).schemaById(id)).isEqualTo(CLICK);
        } finally {
            started.forEach(SchemaRegistryServer::close);
        }
    }

    @Test
    void aRestartLosesNothing() {
        int id = client().register("clicks", CLICK);
        server.close();
        server = new SchemaRegistryServer(database.settings()).start();
        assertThat(client().latest("clicks")).isEqualTo(new RegisteredSchema("clicks", 1, id, CLICK));
        assertThat(client().register("clicks", CLICK)).isEqualTo(id);
    }

    @Test
    void aClientReadsItsCacheWhileTheServerIsUnavailable() {
        SchemaRegistryClient client = client();
        int id = client.register("clicks", CLICK);
        server.close();
        assertThat(client.schemaById(id)).isEqualTo(CLICK);
        assertThat(client.register("clicks", CLICK)).isEqualTo(id);
        assertThatThrownBy(() -> client.latest("clicks")).isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> client.schemaById(id + 1)).isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    void anIdCollisionIsDetectedAndTheMessageNamesARemedy() throws SQLException {
        database.execute("INSERT INTO registry.schemas (id, fingerprint, schema_fingerprint, schema) VALUES ("
                + SchemaId.of(CLICK) + ", sha256('another schema'), sha256('another schema'), '\"string\"')");
        assertThatThrownBy(() -> client().register("clicks", CLICK))
                .isInstanceOf(SchemaRejectedException.class)
                .hasMessageContaining("another schema already uses")
                .hasMessageContaining("gives it another id");
        assertThatThrownBy(() -> client().latest("clicks")).isInstanceOf(SchemaNotFoundException.class);
    }

    @Test
    void anOutageOfTheDatabaseIsRetryableEndsByItselfAndIsLoggedOnce() throws SQLException {
        server.close();
        server = new SchemaRegistryServer(database.settings().withDatabaseTimeout(Duration.ofMillis(300))).start();
        client().register("clicks", CLICK);
        try (LogCapture log = new LogCapture("io.lightflow.service.sql.Sql")) {
            database.disconnect();
            assertThatThrownBy(() -> client().latest("clicks"))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("50001");
            database.reconnect();
            SchemaRegistryClient patient = new SchemaRegistryClient(
                    RegistryClientSettings.of(server.url()).withRounds(20, Duration.ofMillis(50)));
            assertThat(patient.latest("clicks").schema()).isEqualTo(CLICK);
            assertThat(log.levels()).containsExactly(Level.WARN, Level.INFO);
        }
    }

    @Test
    void anUnreachableDatabaseFailsTheStartWithItsName() {
        RegistryServerSettings nowhere = RegistryServerSettings.of(
                        0, "jdbc:postgresql://127.0.0.1:1/nowhere?password=secret", "someone", "secret")
                .withDatabaseTimeout(Duration.ofMillis(300));
        assertThatThrownBy(() -> new SchemaRegistryServer(nowhere).start())
                .hasMessageContaining("jdbc:postgresql://127.0.0.1:1/nowhere as user someone")
                .message()
                .doesNotContain("secret");
        assertThat(nowhere.toString()).doesNotContain("secret");
    }

    @Test
    void aPortInUseIsNamed() {
        RegistryServerSettings settings = database.settings();
        RegistryServerSettings taken = settings.withHttp(settings.http().withPort(server.port()));
        assertThatThrownBy(() -> new SchemaRegistryServer(taken).start())
                .hasMessageContaining("cannot listen on 127.0.0.1:" + server.port());
    }

    private SchemaRegistryClient client() {
        return client(server);
    }

    /** Creates a new client each time, so that no cache responds. */
    private static SchemaRegistryClient client(SchemaRegistryServer server) {
        return new SchemaRegistryClient(RegistryClientSettings.of(server.url()).withRounds(2, Duration.ofMillis(1)));
    }

    private static Schema withOptionalField(String name) {
        return SchemaBuilder.record("ads.Click")
                .fields()
                .requiredString("id")
                .optionalString(name)
                .endRecord();
    }

    private interface Task<T> {
        T run(int index) throws Exception;
    }

    private static <T> List<T> concurrently(int count, Task<T> task) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(count, 32));
        try {
            CountDownLatch go = new CountDownLatch(1);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int index = i;
                futures.add(threads.submit(() -> {
                    go.await();
                    return task.run(index);
                }));
            }
            go.countDown();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(60, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
