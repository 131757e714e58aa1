package io.lightflow.topology.postgres;

import io.lightflow.statistics.Counts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Adds to {@code stats_minute_events}, within a transaction of the caller: a minute's number there changes whenever
 * rows of the minute do, since every event is counted by one.
 */
final class MinuteEvents {
    private static final String UPSERT = "INSERT INTO stats_minute_events AS t (time, events)"
            + " SELECT to_timestamp(a.seconds), sum(a.events) FROM unnest(?, ?) AS a (seconds, events)"
            + " GROUP BY a.seconds ORDER BY a.seconds ON CONFLICT (time) DO UPDATE SET events = t.events +"
            + " excluded.events";

    private MinuteEvents() {}

    /** @param minutes rows of minutes, by whatever dimensions */
    static void add(Connection connection, StatisticsRows.Table minutes) throws SQLException {
        Object[] seconds = new Object[minutes.size()];
        Object[] events = new Object[minutes.size()];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = minutes.times()[i] / 1000;
            events[i] = events(minutes.counts()[i]);
        }
        try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
            statement.setArray(1, connection.createArrayOf("bigint", seconds));
            statement.setArray(2, connection.createArrayOf("bigint", events));
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
