package io.lightflow.lab.answer;

import io.lightflow.statistics.Counts;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.StatisticsCube;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares the statistics tables row by row. */
public final class StatisticsTables {
    private StatisticsTables() {}

    /**
     * Minute rows of any table that differ from an answer's. Data centers are not told apart: of an impression that two
     * of them deliver, the first to come counts, and an answer knows no order.
     */
    public static List<String> differences(BatchAnswer answer, String jdbcUrl) throws SQLException {
        List<String> differences = new ArrayList<>();
        for (StatisticsCube cube : StatisticsCube.values()) {
            differences.addAll(Differences.ofMinutes(
                    withoutDataCenter(cube.minutes(answer.statistics())), withoutDataCenter(minutes(jdbcUrl, cube))));
        }
        return differences;
    }

    private static Map<StatisticsKey, Counts> withoutDataCenter(Map<StatisticsKey, Counts> rows) {
        Map<StatisticsKey, Counts> sums = new TreeMap<>();
        rows.forEach((key, counts) -> sums.computeIfAbsent(key.withoutDataCenter(), absent -> new Counts())
                .add(counts));
        return sums;
    }

    /** All minute rows of a cube; what its table leaves out is empty. */
    private static Map<StatisticsKey, Counts> minutes(String jdbcUrl, StatisticsCube cube) throws SQLException {
        return switch (cube) {
            case PLACES ->
                rows(jdbcUrl, "stats_minute", "exchange, publisher, country, '' AS region, device, '' AS data_center");
            case CREATIVES ->
                rows(
                        jdbcUrl,
                        "stats_creative_minute",
                        "'' AS exchange, '' AS publisher, '' AS country, '' AS region, '' AS device, '' AS data_center");
            case GEO ->
                rows(
                        jdbcUrl,
                        "stats_geo_minute",
                        "'' AS exchange, '' AS publisher, country, region, '' AS device, data_center");
        };
    }

    private static Map<StatisticsKey, Counts> rows(String jdbcUrl, String table, String places) throws SQLException {
        Map<StatisticsKey, Counts> rows = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT (extract(epoch FROM time) * 1000)::bigint, campaign,"
                        + " creative, advertiser, " + places + ", currency, impressions, clicks, conversions,"
                        + " invalid_impressions, invalid_clicks, invalid_conversions, spend_micros, revenue_micros FROM "
                        + table)) {
            while (row.next()) {
                StatisticsKey key = new StatisticsKey(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7),
                        row.getString(8),
                        row.getString(9),
                        row.getString(10),
                        row.getString(11));
                Counts counts = new Counts();
                counts.impressions = row.getLong(12);
                counts.clicks = row.getLong(13);
                counts.conversions = row.getLong(14);
                counts.invalidImpressions = row.getLong(15);
                counts.invalidClicks = row.getLong(16);
                counts.invalidConversions = row.getLong(17);
                counts.spendMicros = row.getLong(18);
                counts.revenueMicros = row.getLong(19);
                rows.put(key, counts);
            }
        }
        return rows;
    }
}
