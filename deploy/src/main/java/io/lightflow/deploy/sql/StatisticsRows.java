package io.lightflow.deploy.sql;

import io.lightflow.database.PostgresSettings;
import io.lightflow.database.StatisticsTable;
import io.lightflow.sql.RowAccess;
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
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
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
    private static final String ADVERTISER = "advertiser";
    private static final long ONLY_COLUMNS = 0;

    /** A database. @param password may be null */
    record Database(String url, String user, String password) {}

    private final Database database;
    private final RowAccess access;
    private final long maxRows;
    private final Duration timeout;

    /**
     * @param access the rows that are copied; other ones never leave PostgreSQL
     * @param maxRows the most rows of a view
     * @param timeout of each view
     */
    StatisticsRows(Database database, RowAccess access, long maxRows, Duration timeout) {
        this.database = database;
        this.access = access;
        this.maxRows = maxRows;
        this.timeout = timeout;
    }

    /**
     * Copies the views that a statement names. If the statement asks which tables there are, the other ones are there,
     * too, without rows.
     *
     * @param folder an existing folder for the files
     * @throws SqlException if PostgreSQL is unavailable, or a view has too many rows
     */
    List<SqlRows> copy(SqlStatement statement, Path folder) {
        Map<String, Long> maxRowsByView = new LinkedHashMap<>();
        for (String view : VIEWS) {
            if (statement.mayRead(SCHEMA) && statement.mayRead(view)) {
                maxRowsByView.put(view, maxRows);
            } else if (statement.describesTables()) {
                maxRowsByView.put(view, ONLY_COLUMNS);
            }
        }
        if (maxRowsByView.isEmpty()) {
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
            for (Map.Entry<String, Long> view : maxRowsByView.entrySet()) {
                copy(connection, view.getKey(), view.getValue(), folder).ifPresent(copies::add);
            }
            return copies;
        } catch (SQLException e) {
            throw SqlException.unavailable("the statistics in PostgreSQL cannot be read: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("the statistics cannot be written to " + folder, e);
        }
    }

    /** Empty if nobody may see rows of the view, or if it does not exist and the statement does not name it. */
    private Optional<SqlRows> copy(Connection connection, String view, long most, Path folder)
            throws SQLException, IOException {
        Path file = folder.resolve(SCHEMA + "." + view + ".csv");
        String name = PostgresSettings.DEFAULT_SCHEMA + "." + view;
        if (most == ONLY_COLUMNS && !exists(connection, name)) {
            return Optional.empty();
        }
        List<SqlRows.Column> columns = columns(connection, name);
        Set<String> names = columns.stream().map(SqlRows.Column::name).collect(Collectors.toSet());
        if (access.advertiser().isPresent() && !names.contains(ADVERTISER)) {
            return Optional.empty();
        }
        PGConnection postgres = connection.unwrap(PGConnection.class);
        String where = names.contains(TIME) ? condition(postgres) : ofAdvertiser(postgres);
        String limit = " LIMIT " + (most == ONLY_COLUMNS ? 0 : most + 1);
        try (OutputStream out = Files.newOutputStream(file)) {
            long rows = postgres.getCopyAPI()
                    .copyOut("COPY (SELECT * FROM " + name + where + limit + ") TO STDOUT (FORMAT csv)", out);
            if (rows > most) {
                throw new SqlException("expected at most " + most + " rows of " + SCHEMA + "." + view
                        + ", found more. Query a view of longer steps, or name the first time: with --statistics-from,"
                        + " or with from over HTTP. --max-statistics raises the limit.");
            }
        }
        return Optional.of(new SqlRows(SCHEMA, view, columns, file));
    }

    private String ofAdvertiser(PGConnection postgres) throws SQLException {
        return access.advertiser().isEmpty()
                ? " WHERE true"
                : " WHERE " + ADVERTISER + " = '"
                        + postgres.escapeLiteral(access.advertiser().get()) + "'";
    }

    private String condition(PGConnection postgres) throws SQLException {
        return ofAdvertiser(postgres)
                + access.from()
                        .map(from -> " AND " + TIME + " >= '" + from + "'")
                        .orElse("")
                + access.to().map(to -> " AND " + TIME + " < '" + to + "'").orElse("");
    }

    private static boolean exists(Connection connection, String name) throws SQLException {
        try (PreparedStatement look = connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
            look.setString(1, name);
            try (ResultSet found = look.executeQuery()) {
                found.next();
                return found.getBoolean(1);
            }
        }
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
