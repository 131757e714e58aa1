package io.lightflow.lab.up;

import io.lightflow.database.StatisticsTable;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.local.LocalStack;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** Reads the sums of the statistics tables. */
public final class PostgresTotals {
    private static final String SUMS = """
            SELECT coalesce(sum(impressions), 0), coalesce(sum(clicks), 0), coalesce(sum(conversions), 0),
                   coalesce(sum(invalid_impressions + invalid_clicks + invalid_conversions), 0),
                   coalesce(sum(spend_micros), 0), coalesce(sum(revenue_micros), 0)
            FROM (SELECT %2$s FROM %1$s UNION ALL SELECT %2$s FROM %3$s UNION ALL SELECT %2$s FROM %4$s) AS all_rows
            """;

    private PostgresTotals() {}

    private static Connection connect(LocalStack stack) throws SQLException {
        return DriverManager.getConnection(stack.jdbcUrl(), EmbeddedPostgresServer.USER, "");
    }

    /** @throws IllegalStateException if the sums of minute, hour and day rows differ, or the tables are unreadable */
    public static Totals read(LocalStack stack) {
        return read(stack.jdbcUrl(), EmbeddedPostgresServer.USER);
    }

    /** @throws IllegalStateException if the sums of minute, hour and day rows differ, or the tables are unreadable */
    public static Totals read(String jdbcUrl, String user) {
        try (Connection connection = DriverManager.getConnection(jdbcUrl, user, "");
                Statement statement = connection.createStatement()) {
            Totals minutes = sum(statement, StatisticsTable.MINUTE);
            disagreement(statement, minutes).ifPresent(words -> {
                throw new IllegalStateException(words);
            });
            return minutes;
        } catch (SQLException e) {
            throw new IllegalStateException("Reading the statistics failed: " + e.getMessage(), e);
        }
    }

    /** Describes the difference if the sums of minute, hour and day rows differ. */
    public static Optional<String> disagreement(String jdbcUrl) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            return disagreement(statement, sum(statement, StatisticsTable.MINUTE));
        }
    }

    private static Optional<String> disagreement(Statement statement, Totals minutes) throws SQLException {
        Totals hours = sum(statement, StatisticsTable.HOUR);
        Totals days = sum(statement, StatisticsTable.DAY);
        return minutes.equals(hours) && minutes.equals(days)
                ? Optional.empty()
                : Optional.of(
                        "The statistics tables differ: minutes " + minutes + ", hours " + hours + ", days " + days);
    }

    private static Totals sum(Statement statement, StatisticsTable table) throws SQLException {
        try (ResultSet row = statement.executeQuery(SUMS.formatted(
                table.tableName(),
                String.join(", ", StatisticsTable.COUNT_COLUMNS),
                table.excessRows(),
                StatisticsTable.deltaRows(table.cube())))) {
            row.next();
            return new Totals(
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getBigDecimal(5).toBigIntegerExact(),
                    row.getBigDecimal(6).toBigIntegerExact());
        }
    }

    /** The campaigns with the most impressions, formatted as a table. */
    public static String topCampaigns(LocalStack stack, int count) throws SQLException {
        StringBuilder text = new StringBuilder(String.format(
                "%-14s%13s%10s%13s%16s%16s%n", "campaign", "impressions", "clicks", "conversions", "spend", "revenue"));
        try (Connection connection = connect(stack);
                PreparedStatement query = connection.prepareStatement("""
                        SELECT campaign, sum(impressions), sum(clicks), sum(conversions), sum(spend_micros),
                               sum(revenue_micros)
                        FROM stats_day GROUP BY campaign ORDER BY 2 DESC, 1 LIMIT ?
                        """)) {
            query.setInt(1, count);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    text.append(String.format(
                            "%-14s%13d%10d%13d%16s%16s%n",
                            row.getString(1),
                            row.getLong(2),
                            row.getLong(3),
                            row.getLong(4),
                            row.getBigDecimal(5).movePointLeft(6),
                            row.getBigDecimal(6).movePointLeft(6)));
                }
            }
        }
        return text.toString();
    }
}
