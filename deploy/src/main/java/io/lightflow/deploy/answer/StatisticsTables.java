package io.lightflow.deploy.answer;

import io.lightflow.statistics.Counts;
import io.lightflow.statistics.StatisticsKey;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/** Reads the statistics tables row by row. */
public final class StatisticsTables {
    private StatisticsTables() {}

    /** All minute rows. */
    public static Map<StatisticsKey, Counts> minutes(String jdbcUrl) throws SQLException {
        Map<StatisticsKey, Counts> rows = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT (extract(epoch FROM time) * 1000)::bigint, campaign, creative, advertiser, exchange,
                               publisher, country, device, currency, impressions, clicks, conversions,
                               invalid_impressions, invalid_clicks, invalid_conversions, spend_micros, revenue_micros
                        FROM stats_minute
                        """)) {
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
                        row.getString(9));
                Counts counts = new Counts();
                counts.impressions = row.getLong(10);
                counts.clicks = row.getLong(11);
                counts.conversions = row.getLong(12);
                counts.invalidImpressions = row.getLong(13);
                counts.invalidClicks = row.getLong(14);
                counts.invalidConversions = row.getLong(15);
                counts.spendMicros = row.getLong(16);
                counts.revenueMicros = row.getLong(17);
                rows.put(key, counts);
            }
        }
        return rows;
    }
}
