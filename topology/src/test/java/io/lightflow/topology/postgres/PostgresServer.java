package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
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
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.flywaydb.core.Flyway;

/** A real PostgreSQL that forces to disk what it commits, as one in production does. */
final class PostgresServer implements AutoCloseable {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();
    private static PostgresServer shared;

    private final Path folder;
    private EmbeddedPostgres running;
    private int port;

    PostgresServer(Path folder) {
        this.folder = folder;
    }

    /** One for all tests that do not stop it; it ends with the JVM. */
    static synchronized PostgresServer shared() {
        if (shared == null) {
            try {
                shared = new PostgresServer(Files.createTempDirectory(Path.of("target"), "postgres"));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot make a folder for PostgreSQL", e);
            }
            shared.start();
            Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
        }
        return shared;
    }

    /** Starts it, with the data and the port that it had before. */
    void start() {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(programs())
                    .setDataDirectory(folder.toAbsolutePath().resolve("data"))
                    .setCleanDataDirectory(false)
                    .setPGStartupWait(Duration.ofMinutes(1))
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("max_wal_size", "4GB")
                    .setServerConfig("shared_buffers", "256MB");
            running = (port == 0 ? builder : builder.setPort(port)).start();
            port = running.getPort();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start PostgreSQL in " + folder, e);
        }
    }

    /** Where tests share the unpacked programs. */
    static File programs() {
        return Path.of(System.getProperty("lightflow.postgresql", "target/postgresql"))
                .toAbsolutePath()
                .toFile();
    }

    void stop() {
        try {
            running.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop PostgreSQL in " + folder, e);
        }
    }

    @Override
    public void close() {
        stop();
    }

    int port() {
        return port;
    }

    /** Settings for a new schema with its tables. */
    PostgresSettings newSchema() {
        PostgresSettings settings = unmigrated(port);
        new PostgresSchema(settings).migrate();
        return settings;
    }

    /** Makes the tables as they were in a version, or goes on to it. */
    static void migrate(PostgresSettings settings, String version) {
        Flyway.configure(PostgresServer.class.getClassLoader())
                .dataSource(settings.jdbcUrl(), settings.user(), settings.password())
                .schemas(settings.schema())
                .locations("classpath:io/lightflow/database/migration")
                .table("lightflow_statistics_migrations")
                .target(version)
                .load()
                .migrate();
    }

    /** Settings for a schema that is not there yet. */
    PostgresSettings unmigrated(int throughPort) {
        return through(throughPort, "test_" + SCHEMAS.incrementAndGet());
    }

    /** Settings that reach a schema through another port. */
    static PostgresSettings through(int port, String schema) {
        return new PostgresSettings(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                "postgres",
                "postgres",
                schema,
                2,
                Duration.ofSeconds(2),
                Duration.ofSeconds(30));
    }

    /** A connection of the test's own, in a schema. */
    Connection connect(PostgresSettings settings) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres?currentSchema=" + settings.schema(),
                "postgres",
                "postgres");
    }

    void execute(PostgresSettings settings, String sql) {
        try (Connection connection = connect(settings);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run " + sql, e);
        }
    }

    /** The first column of the first row. */
    String query(PostgresSettings settings, String sql) {
        try (Connection connection = connect(settings);
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run " + sql, e);
        }
    }

    /** Asks again until it is so, for half a minute at most. */
    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within 30 s: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
