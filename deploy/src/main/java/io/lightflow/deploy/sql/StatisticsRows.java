package io.lightflow.deploy.sql;

import io.lightflow.database.PostgresSettings;
import io.lightflow.database.StatisticsTable;
import io.lightflow.sql.SqlException;
import io.lightflow.sql.SqlRows;
import io.lightflow.sql.SqlStatement;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.postgresql.PGConnection;

/** Copies the views of PostgreSQL's statistics that a query names to files, all as of one snapshot. */
final class StatisticsRows {
    /** The schema of the views in a query. */
    static final String SCHEMA = "statistics";

    private static final List<String> VIEWS = Stream.concat(
                    Stream.of(StatisticsTable.values()).map(StatisticsTable::viewName),
                    Stream.of("campaign", "campaign_budget"))
            .toList();
    private static final String TIME = "time";

    /** A database. @param password may be null */
    record Database(String url, String user, String password) {}

    private final Database database;
    private final Optional<Instant> from;
    private final long maxRows;
    private final Duration timeout;

    /**
     * @param from rows of earlier times are left out
     * @param maxRows the most rows of a view
     * @param timeout of each view
     */
    StatisticsRows(Database database, Optional<Instant> from, long maxRows, Duration timeout) {
        this.database = database;
        this.from = from;
        this.maxRows = maxRows;
        this.timeout = timeout;
    }

    /**
     * Copies the views that a statement names.
     *
     * @param folder an existing folder for the files
     * @throws SqlException if PostgreSQL is unavailable, or a view has too many rows
     */
    List<SqlRows> copy(SqlStatement statement, Path folder) {
        List<String> named = statement.mayRead(SCHEMA)
                ? VIEWS.stream().filter(statement::mayRead).toList()
                : List.of();
        if (named.isEmpty()) {
            return List.of();
        }
        Properties login = new Properties();
        login.setProperty("user", database.user());
        login.setProperty("password", database.password() == null ? "" : database.password());
        try (Connection connection = DriverManager.getConnection(database.url(), login)) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (Statement set = connection.createStatement()) {
                set.execute("SET TIME ZONE 'UTC'");
                set.execute("SET statement_timeout = " + timeout.toMillis());
            }
            List<SqlRows> copies = new ArrayList<>();
            for (String view : named) {
                copies.add(copy(connection, view, folder.resolve(SCHEMA + "." + view + ".csv")));
            }
            return copies;
        } catch (SQLException e) {
            throw new SqlException("the statistics in PostgreSQL cannot be read: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("the statistics cannot be written to " + folder, e);
        }
    }

    private SqlRows copy(Connection connection, String view, Path file) throws SQLException, IOException {
        String name = PostgresSettings.DEFAULT_SCHEMA + "." + view;
        List<SqlRows.Column> columns = columns(connection, name);
        boolean isTimed = columns.stream().anyMatch(column -> column.name().equals(TIME));
        String condition = isTimed && from.isPresent() ? " WHERE " + TIME + " >= '" + from.get() + "'" : "";
        try (OutputStream out = Files.newOutputStream(file)) {
            long rows = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut(
                            "COPY (SELECT * FROM " + name + condition + " LIMIT " + (maxRows + 1)
                                    + ") TO STDOUT (FORMAT csv)",
                            out);
            if (rows > maxRows) {
                throw new SqlException("expected at most " + maxRows + " rows of " + SCHEMA + "." + view
                        + ", found more. Query a view of longer steps, name the first time with --statistics-from, or"
                        + " raise --max-statistics.");
            }
        }
        return new SqlRows(SCHEMA, view, columns, file);
    }

    private static List<SqlRows.Column> columns(Connection connection, String name) throws SQLException {
        List<SqlRows.Column> columns = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet none = statement.executeQuery("SELECT * FROM " + name + " LIMIT 0")) {
            ResultSetMetaData found = none.getMetaData();
            for (int i = 1; i <= found.getColumnCount(); i++) {
                columns.add(new SqlRows.Column(found.getColumnName(i), type(found.getColumnTypeName(i))));
            }
        }
        return columns;
    }

    private static String type(String ofPostgres) {
        return switch (ofPostgres) {
            case "int2", "int4" -> "INTEGER";
            case "int8" -> "BIGINT";
            case "float4", "float8", "numeric" -> "DOUBLE";
            case "bool" -> "BOOLEAN";
            case "timestamptz" -> "TIMESTAMPTZ";
            default -> "VARCHAR";
        };
    }
}
