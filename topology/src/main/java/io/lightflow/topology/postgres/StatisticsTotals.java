package io.lightflow.topology.postgres;

import io.lightflow.statistics.Counts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Sums over everything in the statistics tables, and whether the tables agree. Thread-safe. */
public final class StatisticsTotals implements AutoCloseable {
    private static final int MOST_DIFFERENCES = 20;

    private final PostgresPool pool;

    /** Does not connect yet. */
    public StatisticsTotals(PostgresSettings settings) {
        pool = new PostgresPool(settings, "lightflow-totals");
    }

    /** The sums over {@code stats_minute}, by currency; empty currency: events without a price. */
    public SortedMap<String, Counts> byCurrency() {
        return pool.run("sum up stats_minute", connection -> {
            SortedMap<String, Counts> sums = new TreeMap<>();
            try (Statement statement = connection.createStatement();
                    ResultSet found = statement.executeQuery("SELECT currency, "
                            + StatisticsTable.counts("sum(%1$s)::bigint") + " FROM stats_minute GROUP BY currency")) {
                while (found.next()) {
                    sums.put(found.getString(1), counts(found, 2));
                }
            }
            return sums;
        });
    }

    /** The sums over {@code stats_minute}. The money means something only if all of it is of one currency. */
    public Counts all() {
        Counts all = new Counts();
        byCurrency().values().forEach(all::add);
        return all;
    }

    /**
     * Where a table does not say what the finer one does, in days that the finer table still has.
     *
     * @return a line for each, at most twenty for each table; empty if the tables agree
     */
    public List<String> differences() {
        return pool.run("compare the statistics tables", connection -> {
            List<String> differences = new ArrayList<>();
            try (Statement statement = connection.createStatement()) {
                compare(statement, StatisticsTable.MINUTE, StatisticsTable.CREATIVE_MINUTE, differences);
                compare(statement, StatisticsTable.MINUTE, StatisticsTable.CREATIVE_TEN_MINUTES, differences);
                compare(statement, StatisticsTable.MINUTE, StatisticsTable.HOUR, differences);
                compare(statement, StatisticsTable.HOUR, StatisticsTable.DAY, differences);
            }
            return differences;
        });
    }

    private static void compare(
            Statement statement, StatisticsTable finer, StatisticsTable coarser, List<String> differences)
            throws SQLException {
        List<String> keys = coarser.keyColumns();
        String dimensions = String.join(", ", keys.subList(1, keys.size()));
        String columns = String.join(", ", StatisticsTable.COUNT_COLUMNS);
        String query = "WITH kept AS (SELECT coalesce(date_trunc('day', min(time), 'UTC'), '-infinity') AS since FROM "
                + finer.tableName + "), finer AS (SELECT date_bin('" + coarser.stepMs
                + " milliseconds', time, '2000-01-01 00:00+00') AS time, "
                + dimensions + ", " + StatisticsTable.counts("sum(%1$s)::bigint AS %1$s") + " FROM "
                + finer.tableName + " GROUP BY 1, " + dimensions + "), coarser AS (SELECT time, " + dimensions + ", "
                + columns + " FROM " + coarser.tableName + ", kept WHERE time >= since)"
                + " SELECT f, c FROM finer f FULL JOIN coarser c USING (time, " + dimensions + ")"
                + " WHERE (" + StatisticsTable.counts("f.%1$s") + ") IS DISTINCT FROM ("
                + StatisticsTable.counts("c.%1$s") + ") LIMIT " + MOST_DIFFERENCES;
        try (ResultSet found = statement.executeQuery(query)) {
            while (found.next()) {
                differences.add(finer.tableName + " sums up to " + found.getString(1) + ", " + coarser.tableName
                        + " holds " + found.getString(2));
            }
        }
    }

    static Counts counts(ResultSet found, int from) throws SQLException {
        Counts counts = new Counts();
        counts.impressions = found.getLong(from);
        counts.clicks = found.getLong(from + 1);
        counts.conversions = found.getLong(from + 2);
        counts.invalidImpressions = found.getLong(from + 3);
        counts.invalidClicks = found.getLong(from + 4);
        counts.invalidConversions = found.getLong(from + 5);
        counts.spendMicros = found.getLong(from + 6);
        counts.revenueMicros = found.getLong(from + 7);
        return counts;
    }

    @Override
    public void close() {
        pool.close();
    }
}
