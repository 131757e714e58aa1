package io.lightflow.sql;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One SELECT statement, which DuckDB has parsed. */
public final class SqlStatement {
    private static final Pattern TABLE_FUNCTION =
            Pattern.compile("\"type\":\"TABLE_FUNCTION\".*?\"function_name\":\"([^\"]*)\"", Pattern.DOTALL);
    /** What they return follows from their arguments. */
    private static final Set<String> PURE_FUNCTIONS = Set.of("generate_series", "range", "unnest");
    /** They list tables and columns, but no rows. */
    private static final Pattern DESCRIBING_FUNCTION = Pattern.compile("(duckdb|pragma)_.*");

    private static final Pattern NODE = Pattern.compile("\"type\":\"([A-Z_]+_NODE)\"");
    /** A common table expression of any other kind changes rows. */
    private static final Set<String> READING_NODES =
            Set.of("SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE");

    private static final Pattern DESCRIBING =
            Pattern.compile("\"SHOW_REF\"|information_schema|pg_catalog|sqlite_master|\"(duckdb|pragma|pg)_");

    private final String sql;
    private final String tree;
    private final boolean readsAnything;
    private final boolean describes;
    private final boolean readsWholeRows;

    private SqlStatement(String sql, String tree) {
        this.sql = sql;
        this.tree = tree;
        this.readsAnything = callsAnotherFunction(tree);
        this.describes = DESCRIBING.matcher(tree).find();
        this.readsWholeRows = callsAnotherFunction(tree) || RowReferences.areIn(tree);
    }

    /**
     * Parses a statement.
     *
     * @throws SqlException if it is not one SELECT statement
     */
    public static SqlStatement parse(String sql) {
        Objects.requireNonNull(sql, "sql");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                PreparedStatement parse =
                        connection.prepareStatement("SELECT tree->>'error' = 'true', tree->>'error_message',"
                                + " json_array_length(tree->'statements'), CAST(tree AS VARCHAR)"
                                + " FROM (SELECT json_serialize_sql(?) AS tree)")) {
            parse.setString(1, sql);
            try (ResultSet parsed = parse.executeQuery()) {
                parsed.next();
                if (parsed.getBoolean(1)) {
                    throw new SqlException("expected a SELECT statement, found: " + sql + System.lineSeparator()
                            + "  because: " + parsed.getString(2));
                }
                if (parsed.getInt(3) != 1) {
                    throw new SqlException("expected one SELECT statement, found " + parsed.getInt(3) + ": " + sql);
                }
                requireReading(sql, parsed.getString(4));
                return new SqlStatement(sql.strip().replaceFirst(";\\s*\\z", ""), parsed.getString(4));
            }
        } catch (SQLException e) {
            throw new SqlException("expected a SELECT statement, found: " + sql, e);
        }
    }

    private static void requireReading(String sql, String tree) {
        Matcher nodes = NODE.matcher(tree);
        while (nodes.find()) {
            if (!READING_NODES.contains(nodes.group(1))) {
                throw new SqlException("expected a SELECT statement that only reads, found: " + sql
                        + System.lineSeparator() + "  because: it contains a " + nodes.group(1));
            }
        }
    }

    private static boolean callsAnotherFunction(String tree) {
        Matcher calls = TABLE_FUNCTION.matcher(tree);
        while (calls.find()) {
            String name = calls.group(1);
            if (!PURE_FUNCTIONS.contains(name)
                    && !DESCRIBING_FUNCTION.matcher(name).matches()) {
                return true;
            }
        }
        return false;
    }

    /** The statement without a semicolon at its end. */
    String text() {
        return sql;
    }

    /**
     * Whether the statement may read a table of this name. True if the name occurs anywhere in it, in whatever role, or
     * if the statement calls a function that may read any table.
     */
    public boolean mayRead(String table) {
        return readsAnything || names(table);
    }

    private boolean names(String name) {
        return Pattern.compile("(?i)(?<![a-z0-9_])" + Pattern.quote(name) + "(?![a-z0-9_])")
                .matcher(tree)
                .find();
    }

    /**
     * Whether the statement may read a column of this name. True if it names the column, or reads rows as a whole, or
     * by something else than their names.
     */
    public boolean mayReadColumn(String column) {
        return readsWholeRows || names(column);
    }

    /** Whether the statement may ask which tables there are, and which columns they have. */
    public boolean describesTables() {
        return describes;
    }

    @Override
    public String toString() {
        return sql;
    }
}
