package io.lightflow.registry.server;

import io.lightflow.service.test.TestPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** An empty database for each test, in {@link TestPostgres}. */
final class RegistryTestDatabase {
    private static final RegistryTestDatabase SHARED = new RegistryTestDatabase();
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final EmbeddedPostgres postgres = TestPostgres.shared();
    private String name;

    private RegistryTestDatabase() {}

    static RegistryTestDatabase shared() {
        return SHARED;
    }

    /** A separate database that later calls do not replace. */
    RegistryServerSettings another() throws SQLException {
        String kept = name;
        createEmpty();
        RegistryServerSettings settings = settings();
        name = kept;
        return settings;
    }

    void createEmpty() throws SQLException {
        name = "registry_test_" + COUNTER.incrementAndGet();
        execute("postgres", "CREATE DATABASE " + name);
    }

    /** Runs a statement in the test's own database. */
    void execute(String sql) throws SQLException {
        execute(name, sql);
    }

    /** Closes every connection to the test's database, and rejects new ones. */
    void disconnect() throws SQLException {
        execute("postgres", "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
        execute("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
    }

    void reconnect() throws SQLException {
        execute("postgres", "ALTER DATABASE " + name + " ALLOW_CONNECTIONS true");
    }

    RegistryServerSettings settings() {
        return RegistryServerSettings.of(0, postgres.getJdbcUrl("postgres", name), "postgres", null)
                .withDatabaseTimeout(Duration.ofSeconds(10));
    }

    private void execute(String database, String sql) throws SQLException {
        try (Connection connection = postgres.getDatabase("postgres", database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
