package io.lightflow.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Creates the tables, and upgrades them to this version. Thread-safe. */
public final class PostgresSchema {
    private static final String MIGRATIONS = "classpath:io/lightflow/database/migration";
    private static final String HISTORY = "lightflow_statistics_migrations";

    private final PostgresSettings settings;

    public PostgresSchema(PostgresSettings settings) {
        this.settings = settings;
    }

    /**
     * Creates or upgrades schema, tables and views. May be called at every start, also by several processes at once.
     * The schema may hold other tables, too.
     *
     * @throws io.lightflow.sink.SinkUnavailableException if PostgreSQL is unavailable; may be repeated
     * @throws PostgresSetupException if it refuses
     */
    public void migrate() {
        String action = "migrate schema " + settings.schema() + " of " + settings.jdbcUrl();
        // Flyway checks whether the schema is empty, and creates its history, before it takes its own lock.
        try (Connection session =
                DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password())) {
            lock(session);
            migrateAlone(action);
        } catch (SQLException e) {
            throw PostgresErrors.translate(action, e);
        }
    }

    /** Waits for other processes that migrate the schema; held until the session ends. */
    private void lock(Connection session) throws SQLException {
        try (PreparedStatement lock = session.prepareStatement("SELECT pg_advisory_lock(hashtextextended(?, 0))")) {
            lock.setQueryTimeout((int) settings.statementTimeout().toSeconds());
            lock.setString(1, "lightflow migrates schema " + settings.schema());
            lock.execute();
        }
    }

    private void migrateAlone(String action) {
        try {
            Flyway.configure(PostgresSchema.class.getClassLoader())
                    .dataSource(settings.jdbcUrl(), settings.user(), settings.password())
                    .schemas(settings.schema())
                    .locations(MIGRATIONS)
                    .table(HISTORY)
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException failure) {
                    throw PostgresErrors.translate(action, failure);
                }
            }
            throw new PostgresSetupException("cannot " + action + ": " + e.getMessage(), e);
        }
    }
}
