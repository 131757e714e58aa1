package io.lightflow.reports.server;

import io.lightflow.database.PostgresSchema;
import io.lightflow.database.PostgresSettings;
import io.lightflow.service.test.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A schema with the tables of the statistics, in {@link TestPostgres}. */
public final class ReportsTestDatabase {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private final String schema;
    private final String url;

    private ReportsTestDatabase(String url, String schema) {
        this.url = url;
        this.schema = schema;
    }

    /** A schema with the tables, all empty. */
    public static ReportsTestDatabase fresh() {
        ReportsTestDatabase database = new ReportsTestDatabase(
                "jdbc:postgresql://127.0.0.1:" + TestPostgres.shared().getPort() + "/postgres",
                "test_" + SCHEMAS.incrementAndGet());
        new PostgresSchema(database.topologySettings()).migrate();
        return database;
    }

    /** The same schema in another server. */
    public ReportsTestDatabase in(String otherUrl) {
        return new ReportsTestDatabase(otherUrl, schema);
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
