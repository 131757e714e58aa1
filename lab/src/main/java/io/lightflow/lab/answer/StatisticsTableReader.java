package io.lightflow.lab.answer;

import io.lightflow.database.StatisticsCube;
import io.lightflow.database.StatisticsTable;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
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
public final class StatisticsTableReader {
    private StatisticsTableReader() {}

    /**
     * Minute rows of any table that differ from the expected ones. It ignores data centers: if two of them deliver an
     * impression, the first one counts, and the expected answer has no order.
     */
    public static List<String> differences(BatchAnswer answer, String jdbcUrl) throws SQLException {
        List<String> differences = new ArrayList<>();
        for (StatisticsCube cube : StatisticsCube.values()) {
            differences.addAll(AnswerDifferences.ofMinutes(
                    withoutDataCenter(cube.minutes(answer.statistics())), withoutDataCenter(minutes(jdbcUrl, cube))));
        }
        return differences;
    }

    private static Map<StatisticsKey, Counts> withoutDataCenter(Map<StatisticsKey, Counts> rows) {
        Map<StatisticsKey, Counts> sums = new TreeMap<>();
        rows.forEach((key, counts) -> sums.computeIfAbsent(key.with(Dimension.DATA_CENTER, ""), absent -> new Counts())
                .add(counts));
        return sums;
    }

    /** All minute rows of a cube; dimensions that its table lacks are empty. */
    private static Map<StatisticsKey, Counts> minutes(String jdbcUrl, StatisticsCube cube) throws SQLException {
        StatisticsTable table =
                StatisticsTable.answering(cube, Statistics.MINUTE_MS).orElseThrow();
        int firstCount = 2 + cube.columns().size();
        Map<StatisticsKey, Counts> rows = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT (extract(epoch FROM time) * 1000)::bigint, "
                        + String.join(", ", cube.columns()) + ", " + String.join(", ", StatisticsTable.COUNT_COLUMNS)
                        + " FROM " + table.viewName())) {
            while (row.next()) {
                Counts counts = new Counts();
                counts.impressions = row.getLong(firstCount);
                counts.clicks = row.getLong(firstCount + 1);
                counts.conversions = row.getLong(firstCount + 2);
                counts.invalidImpressions = row.getLong(firstCount + 3);
                counts.invalidClicks = row.getLong(firstCount + 4);
                counts.invalidConversions = row.getLong(firstCount + 5);
                counts.spendMicros = row.getLong(firstCount + 6);
                counts.revenueMicros = row.getLong(firstCount + 7);
                // Money beyond 64 bits has rows of its own.
                rows.computeIfAbsent(cube.key(row.getLong(1), row, 2), absent -> new Counts())
                        .add(counts);
            }
        }
        return rows;
    }
}
