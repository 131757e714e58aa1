package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSettings;
import io.lightflow.database.StatisticsTable;
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
    private static final int MAX_DIFFERENCES = 20;

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
                    ResultSet found = statement.executeQuery("SELECT currency, " + StatisticsTable.counts("sum(%1$s)")
                            + " FROM stats_minute GROUP BY currency")) {
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
     * Where a table does not say what the finer one does, in days that the finer table still has, and where the sums by
     * campaign do not say what the days do.
     *
     * @return a line for each, at most twenty for each table; empty if the tables agree
     */
    public List<String> differences() {
        return pool.run("compare the statistics tables", connection -> {
            List<String> differences = new ArrayList<>();
            try (Statement statement = connection.createStatement()) {
                // Not LIMIT, for which PostgreSQL would plan as if there were differences, and soon.
                statement.setMaxRows(MAX_DIFFERENCES);
                compare(statement, StatisticsTable.MINUTE, StatisticsTable.CREATIVE_MINUTE, differences);
                compare(statement, StatisticsTable.MINUTE, StatisticsTable.CREATIVE_TEN_MINUTES, differences);
                compare(statement, StatisticsTable.MINUTE, StatisticsTable.HOUR, differences);
                compare(statement, StatisticsTable.HOUR, StatisticsTable.DAY, differences);
                compare(statement, StatisticsTable.GEO_MINUTE, StatisticsTable.GEO_HOUR, differences);
                compare(statement, StatisticsTable.GEO_HOUR, StatisticsTable.GEO_DAY, differences);
                compare(statement, StatisticsTable.MINUTE, StatisticsTable.GEO_MINUTE, differences);
                compareEvents(statement, differences);
                compareCampaigns(statement, differences);
            }
            return differences;
        });
    }

    /** By the dimensions that both have, from when on both are complete. */
    private static void compare(
            Statement statement, StatisticsTable finer, StatisticsTable coarser, List<String> differences)
            throws SQLException {
        List<String> shared = new ArrayList<>(finer.cube().columns());
        shared.retainAll(coarser.cube().columns());
        String dimensions = String.join(", ", shared);
        String query = "WITH kept AS (SELECT greatest(coalesce(date_trunc('day', min(time), 'UTC'), '-infinity'),"
                + " (SELECT max(kept_from) FROM stats_kept WHERE table_name IN ('" + finer.viewName() + "', '"
                + coarser.viewName() + "'))) AS since FROM " + finer.viewName() + "), finer AS ("
                + sums(finer, coarser.stepMs(), dimensions) + "), coarser AS ("
                + sums(coarser, coarser.stepMs(), dimensions) + ") SELECT f, c FROM finer f FULL JOIN coarser c"
                + " USING (time, " + dimensions + ") WHERE (" + StatisticsTable.counts("f.%1$s")
                + ") IS DISTINCT FROM (" + StatisticsTable.counts("c.%1$s") + ")";
        note(statement, query, finer.viewName(), coarser.viewName(), differences);
    }

    private static String sums(StatisticsTable table, long stepMs, String dimensions) {
        return "SELECT date_bin('" + stepMs + " milliseconds', time, '2000-01-01 00:00+00') AS time, " + dimensions
                + ", " + StatisticsTable.counts("sum(%1$s) AS %1$s") + " FROM " + table.viewName()
                + ", kept WHERE time >= since GROUP BY 1, " + dimensions;
    }

    private static void compareEvents(Statement statement, List<String> differences) throws SQLException {
        String query = "WITH kept AS (SELECT coalesce(max(kept_from), '-infinity') AS since FROM stats_kept"
                + " WHERE table_name = 'stats_creative_minute'), minutes AS (SELECT time, sum(impressions + clicks"
                + " + conversions + invalid_impressions + invalid_clicks + invalid_conversions)::bigint AS events"
                + " FROM stats_creative_minute, kept WHERE time >= since GROUP BY time), events AS (SELECT time, events"
                + " FROM stats_minute_events, kept WHERE time >= since) SELECT m, e FROM minutes m FULL JOIN events e"
                + " USING (time) WHERE m.events IS DISTINCT FROM e.events";
        note(statement, query, "stats_creative_minute", "stats_minute_events", differences);
    }

    /** The totals if no day was dropped; of the spend, which is deleted when it is old, the last day. */
    private static void compareCampaigns(Statement statement, List<String> differences) throws SQLException {
        String totals = "WITH days AS (SELECT campaign, currency, sum(impressions)::bigint AS impressions,"
                + " sum(clicks)::bigint AS clicks, least(sum(spend_micros), " + Long.MAX_VALUE + ") AS spend_micros"
                + " FROM stats_day GROUP BY campaign, currency) SELECT d, t FROM days d FULL JOIN campaign_total t"
                + " USING (campaign, currency) WHERE (d.impressions, d.clicks, d.spend_micros) IS DISTINCT FROM"
                + " (t.impressions, t.clicks, t.spend_micros) AND NOT EXISTS (SELECT FROM stats_kept WHERE table_name ="
                + " 'stats_day')";
        note(statement, totals, StatisticsTable.DAY.viewName(), "campaign_total", differences);
        String spend =
                "WITH kept AS (SELECT date_trunc('hour', max(time)) - interval '1 day' AS since FROM campaign_spend),"
                        + " hours AS (SELECT campaign, currency, time, least(sum(spend_micros), "
                        + Long.MAX_VALUE + ") AS spend_micros FROM"
                        + " stats_hour, kept WHERE time >= since GROUP BY 1, 2, 3 HAVING sum(spend_micros) <> 0),"
                        + " spend AS (SELECT campaign, currency, date_bin('1 hour', time, '2000-01-01 00:00+00') AS"
                        + " time, minutes, least(sum(spend_micros), " + Long.MAX_VALUE
                        + ") AS spend_micros FROM campaign_spend, kept WHERE time >="
                        + " since GROUP BY 1, 2, 3, 4) SELECT h, s FROM (SELECT * FROM hours, (VALUES (15), (60)) AS"
                        + " each (minutes)) h FULL JOIN spend s USING (campaign, currency, time, minutes) WHERE"
                        + " h.spend_micros IS DISTINCT FROM s.spend_micros";
        note(statement, spend, StatisticsTable.HOUR.viewName(), "campaign_spend", differences);
    }

    private static void note(Statement statement, String query, String finer, String coarser, List<String> differences)
            throws SQLException {
        try (ResultSet found = statement.executeQuery(query)) {
            while (found.next()) {
                differences.add(
                        finer + " sums up to " + found.getString(1) + ", " + coarser + " holds " + found.getString(2));
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
        counts.setMoney(
                found.getBigDecimal(from + 6).toBigIntegerExact(),
                found.getBigDecimal(from + 7).toBigIntegerExact());
        return counts;
    }

    @Override
    public void close() {
        pool.close();
    }
}
