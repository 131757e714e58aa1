package io.lightflow.topology.postgres;

import io.lightflow.statistics.Counts;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.stream.Collectors;

/**
 * Adds rows to the statistics tables, within a transaction of the caller.
 *
 * <p>Everybody writes minutes, then hours, then days, each by time and then by dimensions. So two writers wait for each
 * other in one direction only and cannot deadlock.
 *
 * <p>Rows go by COPY into a temporary table and from there by one upsert. Minutes that are newer than every stored one
 * are most likely new, and are copied straight into their table, which is twice as cheap; if another writer has just
 * made one of them, that copy is undone and they are upserted as well. Not thread-safe.
 */
final class StatisticsWriter {
    private static final String INCOMING = "lightflow_incoming";

    private static final String INCOMING_COLUMNS = INCOMING + " (part, ordinal, " + StatisticsTable.COLUMNS + ")";

    /** Below this a second COPY costs more than it saves. */
    private static final int FEWEST_COPIED = 1_000;

    /** Parts of the temporary table: one for each table, and one for new minutes that were not new. */
    private static final int COLLIDED = StatisticsTable.values().length;

    private static final String MAKE_INCOMING = "CREATE TEMPORARY TABLE IF NOT EXISTS " + INCOMING
            + " (part smallint, ordinal integer, LIKE stats_minute) ON COMMIT DELETE ROWS";

    private final Connection connection;
    private final StatisticsRows rows;

    StatisticsWriter(Connection connection, StatisticsRows rows) {
        this.connection = connection;
        this.rows = rows;
    }

    /**
     * Time of the newest stored minute.
     *
     * @return ms since the Unix epoch; {@link Long#MIN_VALUE} if there is none
     */
    static long newestMinute(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT (extract(epoch FROM max(time)) * 1000)::bigint FROM stats_minute")) {
            found.next();
            long newest = found.getLong(1);
            return found.wasNull() ? Long.MIN_VALUE : newest;
        }
    }

    /**
     * Adds the rows.
     *
     * @param newestMinute time of the newest stored minute, ms since the Unix epoch; a guess, for speed only
     */
    void write(long newestMinute) throws SQLException {
        StatisticsRows.Table minutes = rows.of(StatisticsTable.MINUTE);
        int stored = minutes.countUpTo(newestMinute);
        if (minutes.size() - stored < FEWEST_COPIED) {
            stored = minutes.size();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(MAKE_INCOMING);
        }
        try (BinaryCopy copy = new BinaryCopy(connection, INCOMING_COLUMNS)) {
            copyIncoming(copy, StatisticsTable.MINUTE.ordinal(), minutes, 0, stored);
            for (StatisticsTable table : new StatisticsTable[] {StatisticsTable.HOUR, StatisticsTable.DAY}) {
                copyIncoming(
                        copy, table.ordinal(), rows.of(table), 0, rows.of(table).size());
            }
            copy.end();
        }
        if (stored > 0) {
            upsert(StatisticsTable.MINUTE, StatisticsTable.MINUTE.ordinal());
        }
        if (stored < minutes.size()) {
            addNewMinutes(minutes, stored);
        }
        upsert(StatisticsTable.HOUR, StatisticsTable.HOUR.ordinal());
        upsert(StatisticsTable.DAY, StatisticsTable.DAY.ordinal());
    }

    private void addNewMinutes(StatisticsRows.Table minutes, int from) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            copyNewMinutes(minutes, from);
        } catch (SQLException e) {
            if (!PostgresErrors.hasState(e, PostgresErrors.UNIQUE_VIOLATION)) {
                throw e;
            }
            connection.rollback(before);
            try (BinaryCopy copy = new BinaryCopy(connection, INCOMING_COLUMNS)) {
                copyIncoming(copy, COLLIDED, minutes, from, minutes.size());
                copy.end();
            }
            upsert(StatisticsTable.MINUTE, COLLIDED);
        }
    }

    private void copyNewMinutes(StatisticsRows.Table minutes, int from) throws SQLException {
        String target = StatisticsTable.MINUTE.tableName() + " (" + StatisticsTable.COLUMNS + ")";
        try (BinaryCopy copy = new BinaryCopy(connection, target)) {
            for (int i = from; i < minutes.size(); i++) {
                copy.row(minutes.times()[i], rows.dimensions[minutes.ranks()[i]], minutes.counts()[i]);
            }
            copy.end();
        }
    }

    private void copyIncoming(BinaryCopy copy, int part, StatisticsRows.Table table, int from, int to)
            throws SQLException {
        for (int i = from; i < to; i++) {
            Counts counts = table.counts()[i];
            copy.row(part, i, table.times()[i], rows.dimensions[table.ranks()[i]], counts);
        }
    }

    private void upsert(StatisticsTable table, int part) throws SQLException {
        String keys = String.join(", ", StatisticsTable.KEY_COLUMNS);
        String sums = StatisticsTable.COUNT_COLUMNS.stream()
                .map(column -> column + " = t." + column + " + excluded." + column)
                .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO " + table.tableName() + " AS t (" + StatisticsTable.COLUMNS + ") SELECT "
                    + StatisticsTable.COLUMNS + " FROM " + INCOMING + " WHERE part = " + part
                    + " ORDER BY ordinal ON CONFLICT (" + keys + ") DO UPDATE SET " + sums);
        }
    }
}
