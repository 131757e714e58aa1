package io.lightflow.topology.postgres;

import static io.lightflow.database.StatisticsTable.DELTA_TABLE;

import io.lightflow.database.KeyTable;
import io.lightflow.database.PostgresSetupException;
import io.lightflow.database.StatisticsTable;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.postgres.StatisticsTransaction.Sums;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The rows of small commits. A commit appends them to one table, instead of updating a row in each of eight tables. The
 * merge moves what has gathered there into the statistics tables. Views and readers add up both, so the merge changes
 * no figure; it is one transaction, whoever runs it. Not thread-safe.
 */
final class StatisticsDelta {
    private static final String MOVED = "lightflow_moved";

    private static final String NUMBERS =
            Arrays.stream(KeyTable.values()).map(KeyTable::column).collect(Collectors.joining(", "));

    private static final String COLUMNS = "time, " + NUMBERS + ", " + StatisticsTable.counts("%1$s");

    private static final String MAKE_MOVED = "CREATE TEMPORARY TABLE IF NOT EXISTS " + MOVED + " (time timestamptz, "
            + Arrays.stream(KeyTable.values())
                    .map(keys -> keys.column() + " integer, ")
                    .collect(Collectors.joining())
            + StatisticsTable.counts("%1$s bigint") + ") ON COMMIT DELETE ROWS";

    /** Summed up at once: the tables then read one row for each combination, and not one for each commit. */
    private static final String MOVE = "WITH moved AS (DELETE FROM " + DELTA_TABLE + " RETURNING " + COLUMNS
            + ") INSERT INTO " + MOVED + " (" + COLUMNS + ") SELECT time, " + NUMBERS + ", "
            + StatisticsTable.counts("coalesce(sum(%1$s), 0)::bigint") + " FROM moved GROUP BY time, " + NUMBERS;

    private static final String TRY_LOCK =
            "SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || '." + DELTA_TABLE + "', 0))";

    private final PostgresPool pool;
    private final StatisticsPartitions partitions;

    StatisticsDelta(PostgresPool pool, StatisticsPartitions partitions) {
        this.pool = pool;
        this.partitions = partitions;
    }

    /** Appends the rows of a commit, in its transaction. */
    static void append(Connection connection, NumberedRows rows) throws SQLException {
        try (BinaryCopy copy = new BinaryCopy(connection, DELTA_TABLE + " (" + COLUMNS + ")")) {
            for (int row = 0; row < rows.size(); row++) {
                copy.delta(rows.times()[row], rows.numbers(row), rows.counts()[row]);
            }
            copy.end();
        }
    }

    /**
     * Moves the rows of closed minutes into the statistics tables, and sums up the others: a key then has one row,
     * however many commits it came from. Does nothing while another writer merges.
     *
     * @param closedBefore minutes before this time get no more rows but late ones, ms since the Unix epoch
     * @param maxOpen more rows of open minutes are moved as well, since readers look at all that stay
     * @return how many rows stay
     * @throws SinkUnavailableException if it may be repeated
     * @throws PostgresSetupException if it may not
     */
    long merge(long closedBefore, long maxOpen) {
        long left = StatisticsTransaction.run(
                Sums.WITHIN_64_BITS,
                sums -> merge(
                        closedBefore,
                        maxOpen,
                        sums == Sums.WITH_EXCESS
                                ? StatisticsWriter::upsertWithExcessFrom
                                : StatisticsWriter::upsertFrom),
                () -> partitions.makeAgain(times()));
        pool.run("vacuum " + DELTA_TABLE, connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute("VACUUM " + DELTA_TABLE);
            }
        });
        return left;
    }

    /** Adds the rows of a temporary table to a statistics table. */
    @FunctionalInterface
    private interface Upsert {
        void run(Connection connection, StatisticsTable table, String source) throws SQLException;
    }

    private long merge(long closedBefore, long maxOpen, Upsert upsert) {
        return pool.transact("merge " + DELTA_TABLE, connection -> {
            try (Statement statement = connection.createStatement()) {
                if (!isLocked(statement)) {
                    return 0L;
                }
                statement.execute(MAKE_MOVED);
                long moved = statement.executeUpdate(MOVE);
                String isOpen = " WHERE time >= to_timestamp(" + Math.floorDiv(closedBefore, 1000) + ")";
                long open = count(statement, isOpen);
                if (open > 0 && open <= maxOpen) {
                    statement.execute("INSERT INTO " + DELTA_TABLE + " (" + COLUMNS + ") SELECT time, " + NUMBERS + ", "
                            + StatisticsTable.counts("nullif(%1$s, 0)") + " FROM " + MOVED + isOpen);
                    statement.execute("DELETE FROM " + MOVED + isOpen);
                    moved -= open;
                } else {
                    open = 0;
                }
                if (moved > 0) {
                    MinuteLocks.lockMinutesOf(connection, MOVED);
                    for (StatisticsTable table : StatisticsTable.values()) {
                        upsert.run(connection, table, MOVED);
                    }
                }
                return open;
            }
        });
    }

    private static long count(Statement statement, String condition) throws SQLException {
        try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + MOVED + condition)) {
            count.next();
            return count.getLong(1);
        }
    }

    private static boolean isLocked(Statement statement) throws SQLException {
        try (ResultSet locked = statement.executeQuery(TRY_LOCK)) {
            locked.next();
            return locked.getBoolean(1);
        }
    }

    private long[] times() {
        return pool.run("read the times of " + DELTA_TABLE, connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("SELECT DISTINCT (extract(epoch FROM time) * 1000)::bigint FROM "
                                    + DELTA_TABLE + " ORDER BY 1")) {
                LongStream.Builder times = LongStream.builder();
                while (rows.next()) {
                    times.add(rows.getLong(1));
                }
                return times.build().toArray();
            }
        });
    }
}
