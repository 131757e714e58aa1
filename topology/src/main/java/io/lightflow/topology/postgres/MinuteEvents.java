package io.lightflow.topology.postgres;

import io.lightflow.statistics.Counts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Adds to {@code stats_minute_events}, within a transaction of the caller: a minute's number there changes whenever
 * rows of the minute do, since every event is counted by one.
 */
final class MinuteEvents {
    private static final String UPSERT = "INSERT INTO stats_minute_events AS t (time, events)"
            + " SELECT to_timestamp(a.seconds), a.events FROM unnest(?, ?) AS a (seconds, events)"
            + " ORDER BY a.seconds ON CONFLICT (time) DO UPDATE SET events = t.events + excluded.events";

    private MinuteEvents() {}

    static void add(Connection connection, NumberedRows minutes) throws SQLException {
        SortedMap<Long, Long> sums = new TreeMap<>();
        for (int row = 0; row < minutes.size(); row++) {
            sums.merge(minutes.times()[row] / 1000, events(minutes.counts()[row]), Long::sum);
        }
        try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
            statement.setArray(
                    1, connection.createArrayOf("bigint", sums.keySet().toArray()));
            statement.setArray(
                    2, connection.createArrayOf("bigint", sums.values().toArray()));
            statement.executeUpdate();
        }
    }

    private static long events(Counts counts) {
        return counts.impressions
                + counts.clicks
                + counts.conversions
                + counts.invalidImpressions
                + counts.invalidClicks
                + counts.invalidConversions;
    }
}
