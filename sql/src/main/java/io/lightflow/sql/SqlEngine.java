package io.lightflow.sql;

import io.lightflow.time.Durations;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleConsumer;
import java.util.stream.Collectors;
import org.duckdb.DuckDBPreparedStatement;

/**
 * Runs queries over tables of the archive. Each group is a schema, and each of its tables a view of files: those of one
 * snapshot, and those of later rows. The schema {@link #ALL_GROUPS} has the rows of all groups. All times are UTC.
 *
 * <p>A query is one SELECT statement. It reads nothing but these files, and writes nothing: DuckDB itself parses it,
 * refuses every other file and the network, and no setting can change any more.
 *
 * <p>For one advertiser, the tables hold copies of the advertiser's rows, and queries can read no file at all. Views
 * would not do: DuckDB may evaluate a query's condition before that of a view, and its errors tell values.
 *
 * <p>The result is kept in {@link SqlLimits#temporary()} until it is written. Used by one thread.
 */
public final class SqlEngine implements AutoCloseable {
    /** The schema whose tables have the rows of all groups. */
    public static final String ALL_GROUPS = "all_groups";

    private static final long PROGRESS_MS = 1_000;
    private static final String OUT_OF_MEMORY = "Out of Memory Error";
    private static final String RESULT = "temp.main.result";

    private final SqlLimits limits;
    private final Connection connection;
    private final ScheduledExecutorService timer;

    /** Opens an engine for all rows of tables. */
    public SqlEngine(SqlLimits limits, List<SqlTable> tables) {
        this(limits, tables.stream().map(SqlTable::group).distinct().sorted().toList(), tables, List.of());
    }

    /** Opens an engine for all rows of tables, and more rows. */
    public SqlEngine(SqlLimits limits, List<String> groups, List<SqlTable> tables, List<SqlRows> rows) {
        this(limits, groups, rows, Views.of(tables, RowAccess.ALL));
    }

    /**
     * Opens an engine for one statement.
     *
     * @param groups the schemas; if it is only one, names of tables need none
     * @param tables what the statement may read
     * @param rows what it may read, too; of an advertiser's rows, if access is limited to one
     * @throws SqlException if the engine does not start
     */
    public static SqlEngine open(
            SqlLimits limits,
            List<String> groups,
            List<SqlTable> tables,
            List<SqlRows> rows,
            RowAccess access,
            SqlStatement statement) {
        List<SqlTable> seen =
                tables.stream().filter(table -> access.admits(table.schema())).toList();
        Views views = access.advertiser().isEmpty() ? Views.of(seen, access) : Views.copies(seen, access, statement);
        return new SqlEngine(
                limits, groups, rows, statement.mayRead(ALL_GROUPS) ? views.withAllGroups(seen, groups) : views);
    }

    /**
     * Statements that create the tables.
     *
     * @param files which queries read
     */
    private record Views(List<String> statements, List<Path> files) {
        static Views of(List<SqlTable> tables, RowAccess access) {
            return new Views(
                    tables.stream()
                            .map(table -> "CREATE VIEW " + table.qualifiedName() + " AS " + table.select(access))
                            .toList(),
                    tables.stream().flatMap(table -> table.files().stream()).toList());
        }

        static Views copies(List<SqlTable> tables, RowAccess access, SqlStatement statement) {
            return new Views(
                    tables.stream()
                            .map(table ->
                                    "CREATE TABLE " + table.qualifiedName() + " AS " + table.select(access, statement))
                            .toList(),
                    List.of());
        }

        /** Adds a view for each name of a table, of the tables of all groups. */
        Views withAllGroups(List<SqlTable> tables, List<String> groups) {
            if (groups.contains(ALL_GROUPS)) {
                throw new SqlException("the schema " + ALL_GROUPS + " stands for all groups, and a group has this name,"
                        + " too: name each group in the statement");
            }
            List<String> all = new ArrayList<>(statements);
            all.add("CREATE SCHEMA " + ALL_GROUPS);
            tables.stream()
                    .collect(Collectors.groupingBy(SqlTable::name, TreeMap::new, Collectors.toList()))
                    .forEach((name, ofGroups) -> all.add("CREATE VIEW " + ALL_GROUPS + "." + ColumnTypes.quoted(name)
                            + ofGroups.stream()
                                    .map(table -> "SELECT * FROM " + table.qualifiedName())
                                    .collect(Collectors.joining(" UNION ALL BY NAME ", " AS ", ""))));
            return new Views(all, files);
        }
    }

    private SqlEngine(SqlLimits limits, List<String> groups, List<SqlRows> rows, Views tables) {
        this.limits = limits;
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "lightflow-sql-timer");
            thread.setDaemon(true);
            return thread;
        });
        try {
            connection = DriverManager.getConnection("jdbc:duckdb:");
            setUp(groups, rows, tables);
        } catch (SqlException e) {
            close();
            throw e;
        } catch (SQLException e) {
            close();
            throw e.getMessage().startsWith(OUT_OF_MEMORY)
                    ? new SqlException(
                            "the rows that the query may read exceed " + limits.memoryMb() + " MiB of memory and "
                                    + limits.diskMb() + " MiB of disk. Read fewer hours or fewer columns.",
                            e)
                    : SqlException.unavailable("the engine for queries cannot start: " + e.getMessage(), e);
        }
    }

    private void setUp(List<String> groups, List<SqlRows> rows, Views tables) throws SQLException {
        set("memory_limit", "'" + limits.memoryMb() + "MiB'");
        set("max_temp_directory_size", "'" + limits.diskMb() + "MiB'");
        set("threads", Integer.toString(limits.threads()));
        set("temp_directory", ColumnTypes.literal(limits.temporary().toString()));
        set("TimeZone", "'UTC'");
        set("autoinstall_known_extensions", "false");
        set("autoload_known_extensions", "false");
        for (String group : groups) {
            execute("CREATE SCHEMA " + ColumnTypes.quoted(group));
        }
        for (String statement : tables.statements()) {
            try (PreparedStatement create = connection.prepareStatement(statement)) {
                executeInTime(create, percent -> {});
            }
        }
        for (SqlRows each : rows) {
            load(each);
        }
        if (groups.size() == 1) {
            set("schema", ColumnTypes.literal(groups.get(0)));
        }
        List<String> readable = new ArrayList<>();
        tables.files().forEach(file -> readable.add(ColumnTypes.literal(file.toString())));
        for (ResultFormat format : ResultFormat.values()) {
            readable.add(ColumnTypes.literal(output(format).toString()));
        }
        set("allowed_paths", readable.stream().collect(Collectors.joining(", ", "[", "]")));
        set("enable_external_access", "false");
        set("lock_configuration", "true");
    }

    private void set(String name, String value) throws SQLException {
        execute("SET " + name + " = " + value);
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void load(SqlRows rows) throws SQLException {
        String columns = rows.columns().stream()
                .map(column -> ColumnTypes.literal(column.name()) + ": " + ColumnTypes.literal(column.type()))
                .collect(Collectors.joining(", ", "{", "}"));
        execute("CREATE SCHEMA IF NOT EXISTS " + ColumnTypes.quoted(rows.schema()));
        execute("CREATE TABLE " + ColumnTypes.quoted(rows.schema()) + "." + ColumnTypes.quoted(rows.name())
                + " AS SELECT * FROM read_csv("
                + ColumnTypes.literal(rows.file().toString())
                + ", auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '',"
                + " allow_quoted_nulls = false, columns = " + columns + ")");
    }

    /** Parses a query, and runs it. */
    public long run(String sql, ResultFormat format, OutputStream out, DoubleConsumer progress) {
        return run(SqlStatement.parse(sql), format, out, progress);
    }

    /**
     * Runs a query and writes its result. Nothing is written if it fails.
     *
     * @param progress hears about once a second how much is done, 0 to 100
     * @return number of rows
     * @throws SqlException if it fails or exceeds a limit
     */
    public long run(SqlStatement statement, ResultFormat format, OutputStream out, DoubleConsumer progress) {
        try {
            createResult(statement, progress);
            long rows = count();
            if (rows > limits.maxRows()) {
                throw new SqlException("expected at most " + limits.maxRows()
                        + " rows, found more. Add a LIMIT to the query, or raise the limit of rows.");
            }
            if (format == ResultFormat.TABLE) {
                writeTable(out);
            } else {
                copy(format, out);
            }
            return rows;
        } catch (SQLException e) {
            throw new SqlException(e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("the result cannot be written", e);
        } finally {
            dropResult();
        }
    }

    private void createResult(SqlStatement statement, DoubleConsumer progress) throws SQLException {
        try (PreparedStatement create = connection.prepareStatement("CREATE TEMPORARY TABLE " + RESULT
                + " AS SELECT * FROM (\n" + statement.text() + "\n) LIMIT " + (limits.maxRows() + 1))) {
            executeInTime(create, progress);
        }
    }

    private void executeInTime(PreparedStatement statement, DoubleConsumer progress) throws SQLException {
        AtomicBoolean late = new AtomicBoolean();
        ScheduledFuture<?> timeout = timer.schedule(
                () -> {
                    late.set(true);
                    cancel(statement);
                },
                limits.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
        ScheduledFuture<?> reports = timer.scheduleAtFixedRate(
                () -> report(statement, progress), PROGRESS_MS, PROGRESS_MS, TimeUnit.MILLISECONDS);
        try {
            statement.execute();
        } catch (SQLException e) {
            if (late.get()) {
                throw SqlException.timeout(
                        "the query took longer than " + Durations.format(limits.timeout())
                                + " and was cancelled. Read fewer hours, or raise the limit of time.",
                        e);
            }
            throw e;
        } finally {
            timeout.cancel(false);
            reports.cancel(false);
        }
    }

    private static void cancel(Statement statement) {
        try {
            statement.cancel();
        } catch (SQLException e) {
            throw new IllegalStateException("a query cannot be cancelled", e);
        }
    }

    private static void report(PreparedStatement statement, DoubleConsumer progress) {
        try {
            double percent = statement
                    .unwrap(DuckDBPreparedStatement.class)
                    .getQueryProgress()
                    .getPercentage();
            if (percent >= 0) {
                progress.accept(percent);
            }
        } catch (SQLException e) {
            return; // the query has just ended
        }
    }

    private long count() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("SELECT count(*) FROM " + RESULT)) {
            count.next();
            return count.getLong(1);
        }
    }

    private void copy(ResultFormat format, OutputStream out) throws SQLException, IOException {
        Path file = output(format);
        try {
            execute("COPY (" + written(format) + ") TO " + ColumnTypes.literal(file.toString()) + " ("
                    + format.copyOptions() + ")");
            Files.copy(file, out);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** JSON knows no infinite numbers and no NaN: they become null. */
    private String written(ResultFormat format) throws SQLException {
        if (format != ResultFormat.JSON) {
            return "FROM " + RESULT;
        }
        List<String> finite = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery("DESCRIBE " + RESULT)) {
            while (columns.next()) {
                if (columns.getString(2).equals("DOUBLE")
                        || columns.getString(2).equals("FLOAT")) {
                    String name = ColumnTypes.quoted(columns.getString(1));
                    finite.add("CASE WHEN isfinite(" + name + ") THEN " + name + " END AS " + name);
                }
            }
        }
        String replaced = finite.isEmpty() ? "" : " REPLACE (" + String.join(", ", finite) + ")";
        return "SELECT *" + replaced + " FROM " + RESULT;
    }

    private Path output(ResultFormat format) {
        return limits.temporary().resolve("result." + format.name().toLowerCase(java.util.Locale.ROOT));
    }

    private void writeTable(OutputStream out) throws SQLException, IOException {
        AlignedTable table = new AlignedTable();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM " + RESULT);
                ResultSet types = connection.createStatement().executeQuery("DESCRIBE " + RESULT)) {
            while (types.next()) {
                table.column(types.getString(1), isNumber(types.getString(2)));
            }
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> row = new ArrayList<>(columns);
                for (int column = 1; column <= columns; column++) {
                    row.add(rows.getString(column));
                }
                table.row(row);
            }
        }
        out.write(table.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static boolean isNumber(String type) {
        return type.endsWith("INT")
                || type.endsWith("INTEGER")
                || type.equals("DOUBLE")
                || type.equals("FLOAT")
                || type.startsWith("DECIMAL");
    }

    private void dropResult() {
        try {
            execute("DROP TABLE IF EXISTS " + RESULT);
        } catch (SQLException e) {
            throw new SqlException("a result cannot be dropped: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                throw new SqlException("the engine for queries cannot stop: " + e.getMessage(), e);
            }
        }
    }
}
