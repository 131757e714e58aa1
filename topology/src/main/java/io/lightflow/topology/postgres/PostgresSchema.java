package io.lightflow.topology.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Makes the tables, brings them up to this version, and drops what is past its retention. Thread-safe. */
public final class PostgresSchema {
    private static final String MIGRATIONS = "classpath:io/lightflow/topology/postgres/migration";
    private static final String HISTORY = "lightflow_statistics_migrations";

    private final PostgresSettings settings;

    public PostgresSchema(PostgresSettings settings) {
        this.settings = settings;
    }

    /**
     * Makes or upgrades schema, tables and views. May be called at every start, also by several processes at once, and
     * shares a schema with tables of others.
     *
     * @throws io.lightflow.sink.SinkUnavailableException if PostgreSQL is away; may be repeated
     * @throws PostgresSetupException if it refuses
     */
    public void migrate() {
        String action = "migrate schema " + settings.schema() + " of " + settings.jdbcUrl();
        // Flyway has a lock of its own, but looks whether the schema is empty, and makes its history, before it takes
        // it.
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

    /**
     * Drops the partitions that lie wholly before {@code now} minus their table's retention. Never called by the
     * topology: old logs may be replayed for as long as the operator wants.
     *
     * @return the names of the dropped tables
     * @throws io.lightflow.sink.SinkUnavailableException if PostgreSQL is away, or a writer holds a table for longer
     *     than a few seconds; may be repeated
     */
    public List<String> dropExpired(StatisticsRetention retention, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        List<String> dropped = new ArrayList<>();
        try (PostgresPool pool = new PostgresPool(settings, "lightflow-retention")) {
            for (StatisticsTable table : StatisticsTable.values()) {
                retention
                        .of(table)
                        .ifPresent(kept -> dropped.addAll(pool.transact(
                                "drop expired partitions of " + table.tableName + " in schema " + settings.schema(),
                                connection -> StatisticsPartitions.dropExpired(connection, table, today.minus(kept)))));
            }
        }
        return dropped;
    }

    /**
     * Deletes the spend by hour of days that no campaign is in any more. Totals keep it.
     *
     * @return how many rows that were
     * @throws io.lightflow.sink.SinkUnavailableException if PostgreSQL is away; may be repeated
     */
    public int deleteOldSpend(Instant now) {
        try (PostgresPool pool = new PostgresPool(settings, "lightflow-retention")) {
            return pool.run(
                    "delete the old spend of campaigns in schema " + settings.schema(),
                    connection -> CampaignWriter.deleteOldSpend(connection, now));
        }
    }
}
