package io.lightflow.topology.postgres;

import io.lightflow.database.StatisticsTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Makes partitions when rows for them come, and drops them when they are expired. Not thread-safe. */
final class StatisticsPartitions {
    /** How long a partition waits for the writers of its table to let go of it. */
    private static final String LOCK_TIMEOUT = "5s";

    private final PostgresPool pool;
    private final Set<String> known = new HashSet<>();

    StatisticsPartitions(PostgresPool pool) {
        this.pool = pool;
    }

    /**
     * Makes the partitions that rows of these times need, each in its own transaction: one that stays empty does no
     * harm, and a running commit of another writer is not held up.
     */
    void ensure(long[] sortedTimes) {
        for (StatisticsTable table : StatisticsTable.values()) {
            ensure(table, sortedTimes);
        }
    }

    /** Makes partitions that somebody else has dropped. */
    void makeAgain(long[] sortedTimes) {
        forget();
        ensure(sortedTimes);
    }

    private void ensure(StatisticsTable table, long[] sortedTimes) {
        LocalDate end = LocalDate.MIN;
        long endMs = Long.MIN_VALUE;
        for (long time : sortedTimes) {
            if (time >= endMs) {
                LocalDate start = table.partitionStart(time);
                end = table.partitionEnd(start);
                endMs = end.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
                String name = table.partitionName(start);
                if (!known.contains(name)) {
                    LocalDate partitionEnd = end;
                    pool.transact("make partition " + name, connection -> {
                        make(connection, table, name, start, partitionEnd);
                        return null;
                    });
                    known.add(name);
                }
            }
        }
    }

    /** After a failure: a partition may have been dropped by somebody else. */
    void forget() {
        known.clear();
    }

    /** A table is made alone and then attached, which, unlike PARTITION OF, does not wait for the table's writers. */
    private static void make(Connection connection, StatisticsTable table, String name, LocalDate start, LocalDate end)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '" + LOCK_TIMEOUT + "'");
            // Two writers may need it at once: the second waits here, and then finds it.
            statement.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '." + name + "', 0))");
            if (exists(connection, name)) {
                return;
            }
            statement.execute("CREATE TABLE " + name + " (LIKE " + table.tableName()
                    + " INCLUDING ALL EXCLUDING COMMENTS) WITH (fillfactor = " + table.fillFactor() + ")");
            statement.execute("ALTER TABLE " + table.tableName() + " ATTACH PARTITION " + name + " FOR VALUES FROM ('"
                    + start + " 00:00:00+00') TO ('" + end + " 00:00:00+00')");
        }
    }

    private static boolean exists(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT to_regclass(current_schema() || '.' || ?) IS NOT NULL")) {
            statement.setString(1, name);
            try (ResultSet found = statement.executeQuery()) {
                found.next();
                return found.getBoolean(1);
            }
        }
    }

    /** Drops what is expired, and marks from when on the table is complete; in the caller's transaction. */
    static List<String> dropExpired(Connection connection, StatisticsTable table, LocalDate keptFrom)
            throws SQLException {
        LocalDate firstKept = table.partitionStart(
                keptFrom.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli());
        String firstKeptName = table.partitionName(firstKept);
        List<String> dropped = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '" + LOCK_TIMEOUT + "'");
            for (String name : partitions(connection, table)) {
                // Names of one table have one length and sort by time.
                if (name.compareTo(firstKeptName) < 0) {
                    statement.execute("DROP TABLE " + name);
                    dropped.add(name);
                }
            }
        }
        if (!dropped.isEmpty()) {
            mark(connection, table, firstKept);
            ExcessMoney.deleteBefore(
                    connection, table, firstKept.atStartOfDay(ZoneOffset.UTC).toInstant());
        }
        return dropped;
    }

    private static void mark(Connection connection, StatisticsTable table, LocalDate keptFrom) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO stats_kept AS k VALUES (?, ?)"
                + " ON CONFLICT (table_name) DO UPDATE SET kept_from = greatest(k.kept_from, excluded.kept_from)")) {
            statement.setString(1, table.viewName());
            statement.setObject(2, keptFrom.atStartOfDay().atOffset(ZoneOffset.UTC));
            statement.execute();
        }
    }

    private static Set<String> partitions(Connection connection, StatisticsTable table) throws SQLException {
        Set<String> names = new TreeSet<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT c.relname FROM pg_inherits i"
                + " JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(?)")) {
            statement.setString(1, table.tableName());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    names.add(found.getString(1));
                }
            }
        }
        names.removeIf(name -> !name.matches(table.tableName() + "_[0-9]{4,8}"));
        return names;
    }
}
