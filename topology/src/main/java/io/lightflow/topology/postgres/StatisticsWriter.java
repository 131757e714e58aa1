package io.lightflow.topology.postgres;

import io.lightflow.database.KeyTable;
import io.lightflow.database.PostgresErrors;
import io.lightflow.database.StatisticsTable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.Collectors;

/**
 * Adds rows to the statistics tables, within a transaction of the caller.
 *
 * <p>Everybody locks the minutes first, see {@link MinuteLocks}. Rows of longer times are written in one order: table
 * by table, by time, by ad, and by the other number. So two writers wait for each other in one direction only and
 * cannot deadlock.
 *
 * <p>Rows go by COPY into a temporary table and from there by one upsert. Rows of minutes that are most likely new are
 * copied straight into their table. If another writer has made one of them, that copy is undone and they are upserted
 * as well. Not thread-safe.
 */
final class StatisticsWriter {
    private static final String INCOMING = "lightflow_incoming";

    /** Below this a second COPY costs more than it saves. */
    private static final int MIN_COPIED = 1_000;

    /** Added to a table's part of the temporary table: its new minutes that were not new. */
    private static final int COLLIDED = StatisticsTable.values().length;

    /** A table that has fewer columns leaves the others empty. */
    private static final String MAKE_INCOMING = "CREATE TEMPORARY TABLE IF NOT EXISTS " + INCOMING
            + " (part smallint, ordinal integer, time timestamptz, "
            + Arrays.stream(KeyTable.values())
                    .map(keys -> keys.column() + " integer, ")
                    .collect(Collectors.joining())
            + StatisticsTable.counts("%1$s bigint") + ") ON COMMIT DELETE ROWS";

    private final Connection connection;
    private final StatisticsRows rows;

    StatisticsWriter(Connection connection, StatisticsRows rows) {
        this.connection = connection;
        this.rows = rows;
    }

    /**
     * Time of the newest minute that is stored, or that a merge may store.
     *
     * @return ms since the Unix epoch; {@link Long#MIN_VALUE} if there is none
     */
    static long newestMinute(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT (extract(epoch FROM greatest((SELECT max(time) FROM "
                        + StatisticsTable.MINUTE.tableName() + "), (SELECT max(time) FROM "
                        + StatisticsTable.DELTA_TABLE + "))) * 1000)::bigint")) {
            found.next();
            long newest = found.getLong(1);
            return found.wasNull() ? Long.MIN_VALUE : newest;
        }
    }

    /**
     * Adds the rows.
     *
     * @param known a guess, for speed only
     * @return whether the guess was right
     */
    boolean write(KnownRows known) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(MAKE_INCOMING);
        }
        boolean right = true;
        for (StatisticsTable table : StatisticsTable.values()) {
            StatisticsRows.Table added = rows.of(table);
            BitSet fresh = table.isOfMinutes() ? known.newRows(table, added) : new BitSet();
            if (fresh.cardinality() < MIN_COPIED) {
                fresh.clear();
            }
            BitSet others = new BitSet();
            others.set(0, added.size());
            others.andNot(fresh);
            if (!others.isEmpty()) {
                upsert(table, table.ordinal(), others);
            }
            if (!fresh.isEmpty()) {
                right &= addNewRows(table, fresh);
            }
        }
        return right;
    }

    /** Adds the rows, some of which may exceed 64 bits by it. Slower, and seldom needed. */
    void writeWithExcess() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(MAKE_INCOMING);
        }
        ExcessMoney excess = new ExcessMoney(connection);
        for (StatisticsTable table : StatisticsTable.values()) {
            StatisticsRows.Table added = rows.of(table);
            BitSet all = new BitSet();
            all.set(0, added.size());
            copyIncoming(table, table.ordinal(), all);
            excess.emptyFullRows(table, INCOMING, table.ordinal());
            upsertIncoming(connection, table, table.ordinal());
            excess.addCarries(table, added);
        }
    }

    /** Returns whether they were new. */
    private boolean addNewRows(StatisticsTable table, BitSet fresh) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            copyNewRows(table, fresh);
            return true;
        } catch (SQLException e) {
            if (!PostgresErrors.hasState(e, PostgresErrors.UNIQUE_VIOLATION)) {
                throw e;
            }
            connection.rollback(before);
            upsert(table, COLLIDED + table.ordinal(), fresh);
            return false;
        }
    }

    private void copyNewRows(StatisticsTable table, BitSet fresh) throws SQLException {
        StatisticsRows.Table added = rows.of(table);
        String target = table.tableName() + " (" + table.columns() + ")";
        try (BinaryCopy copy = new BinaryCopy(connection, target)) {
            for (int i = fresh.nextSetBit(0); i >= 0; i = fresh.nextSetBit(i + 1)) {
                copy.row(added.times()[i], added.numbers(i), added.counts()[i]);
            }
            copy.end();
        }
    }

    private void upsert(StatisticsTable table, int part, BitSet upserted) throws SQLException {
        copyIncoming(table, part, upserted);
        upsertIncoming(connection, table, part);
    }

    private static void upsertIncoming(Connection connection, StatisticsTable table, int part) throws SQLException {
        insert(
                connection,
                table,
                "SELECT " + table.columns() + " FROM " + INCOMING + " WHERE part = " + part + " ORDER BY ordinal");
    }

    private static void insert(Connection connection, StatisticsTable table, String rows) throws SQLException {
        String keys = String.join(", ", table.keyColumns());
        String sums = StatisticsTable.COUNT_COLUMNS.stream()
                .map(column -> column + " = t." + column + " + excluded." + column)
                .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO " + table.tableName() + " AS t (" + table.columns() + ") " + rows
                    + " ON CONFLICT (" + keys + ") DO UPDATE SET " + sums);
        }
    }

    /**
     * Adds up rows of minutes to rows of a table, and adds them there.
     *
     * @param source a table with the times of minutes, the numbers of all key tables, and the counts
     */
    static void upsertFrom(Connection connection, StatisticsTable table, String source) throws SQLException {
        insert(connection, table, sums(table, source));
    }

    /** The same if some rows may exceed 64 bits by it. Slower, and seldom needed. */
    static void upsertWithExcessFrom(Connection connection, StatisticsTable table, String source) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(MAKE_INCOMING);
            statement.execute("INSERT INTO " + INCOMING + " (part, ordinal, " + table.columns() + ") SELECT "
                    + table.ordinal() + ", row_number() OVER (), s.* FROM (" + sums(table, source) + ") AS s");
        }
        new ExcessMoney(connection).emptyFullRows(table, INCOMING, table.ordinal());
        upsertIncoming(connection, table, table.ordinal());
    }

    private static String sums(StatisticsTable table, String source) {
        String numbers = String.join(
                ", ", table.keyColumns().subList(1, table.keyColumns().size()));
        String key = "date_bin('" + table.stepMs() + " milliseconds', time, '2000-01-01 00:00+00')";
        return "SELECT " + key + ", " + numbers + ", " + StatisticsTable.counts("sum(%1$s)::bigint") + " FROM " + source
                + " GROUP BY 1, " + numbers + " ORDER BY 1, " + numbers;
    }

    private void copyIncoming(StatisticsTable table, int part, BitSet copied) throws SQLException {
        StatisticsRows.Table added = rows.of(table);
        String target = INCOMING + " (part, ordinal, " + table.columns() + ")";
        try (BinaryCopy copy = new BinaryCopy(connection, target)) {
            for (int i = copied.nextSetBit(0); i >= 0; i = copied.nextSetBit(i + 1)) {
                copy.row(part, i, added.times()[i], added.numbers(i), added.counts()[i]);
            }
            copy.end();
        }
    }
}
