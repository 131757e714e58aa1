package io.lightflow.topology.postgres;

import io.lightflow.statistics.Statistics;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;

/**
 * Locks minutes of the statistics tables until the end of a transaction. Whoever writes their rows locks them first, in
 * one order. So the rows of minutes may be written in any order without a deadlock.
 */
final class MinuteLocks {
    /** Minutes share locks: a transaction may write any number of minutes, but PostgreSQL has room for few locks. */
    private static final int LOCKS = 512;

    private static final String LOCK =
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.minutes', 0) + place) FROM ";

    private MinuteLocks() {}

    /**
     * Waits for the locks of some minutes.
     *
     * @param minutes ms since the Unix epoch
     */
    static void lock(Connection connection, long[] minutes) throws SQLException {
        Long[] places = Arrays.stream(minutes)
                .map(minute -> Math.floorMod(Math.floorDiv(minute, Statistics.MINUTE_MS), LOCKS))
                .sorted()
                .distinct()
                .boxed()
                .toArray(Long[]::new);
        Array array = connection.createArrayOf("bigint", places);
        try (PreparedStatement statement = connection.prepareStatement(LOCK + "unnest(?) AS place")) {
            statement.setArray(1, array);
            statement.execute();
        } finally {
            array.free();
        }
    }

    /**
     * Waits for the locks of the minutes in a table.
     *
     * @param table has the column {@code time}, and no minutes before 1970
     */
    static void lockMinutesOf(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK + "(SELECT DISTINCT mod((extract(epoch FROM time) / 60)::bigint, " + LOCKS
                    + ") AS place FROM " + table + " ORDER BY place) AS places");
        }
    }
}
