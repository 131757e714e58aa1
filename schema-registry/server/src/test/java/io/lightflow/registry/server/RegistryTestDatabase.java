package io.lightflow.registry.server;

import io.lightflow.service.test.TestPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * An empty registry for each test, in {@link TestPostgres}. The tests share two databases: each database has hundreds
 * of files, and the JVM deletes them all before it exits.
 */
final class RegistryTestDatabase {
    private static final String NAME = "registry_test";
    private static final String OTHER = "registry_test_other";
    private static final RegistryTestDatabase SHARED = new RegistryTestDatabase();

    private final EmbeddedPostgres postgres = TestPostgres.shared();
    private final Set<String> created = new HashSet<>();

    private RegistryTestDatabase() {}

    static RegistryTestDatabase shared() {
        return SHARED;
    }

    /** Empties a separate database, which {@link #createEmpty} leaves as it is. */
    RegistryServerSettings another() throws SQLException {
        empty(OTHER);
        return settings(OTHER);
    }

    void createEmpty() throws SQLException {
        empty(NAME);
    }

    private void empty(String database) throws SQLException {
        if (created.add(database)) {
            execute("postgres", "CREATE DATABASE " + database);
        } else {
            // A failed test may have left connections, or none at all.
            allowConnections(database, true);
            closeConnections(database);
            execute(database, "DROP SCHEMA IF EXISTS registry CASCADE");
        }
    }

    /** Runs a statement in the test's own database. */
    void execute(String sql) throws SQLException {
        execute(NAME, sql);
    }

    /** Closes every connection to the test's database, and rejects new ones. */
    void disconnect() throws SQLException {
        allowConnections(NAME, false);
        closeConnections(NAME);
    }

    void reconnect() throws SQLException {
        allowConnections(NAME, true);
    }

    private void allowConnections(String database, boolean allowed) throws SQLException {
        execute("postgres", "ALTER DATABASE " + database + " ALLOW_CONNECTIONS " + allowed);
    }

    private void closeConnections(String database) throws SQLException {
        execute(
                "postgres",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database + "'");
    }

    RegistryServerSettings settings() {
        return settings(NAME);
    }

    private RegistryServerSettings settings(String database) {
        return RegistryServerSettings.of(0, postgres.getJdbcUrl("postgres", database), "postgres", null)
                .withDatabaseTimeout(Duration.ofSeconds(10));
    }

    private void execute(String database, String sql) throws SQLException {
        try (Connection connection = postgres.getDatabase("postgres", database).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
