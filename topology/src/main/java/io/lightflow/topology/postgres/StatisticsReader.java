package io.lightflow.topology.postgres;

import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads an hour of the statistics, together with the positions that it is as of; changes nothing. Thread-safe. */
public final class StatisticsReader implements AutoCloseable {
    private final PostgresPool pool;
    private final String topology;

    /** Does not connect yet. */
    public StatisticsReader(PostgresSettings settings, String topology) {
        this.pool = new PostgresPool(settings, "lightflow-certify");
        this.topology = topology;
    }

    /** @param hour its beginning */
    public HourOfStatistics hour(Instant hour) {
        long begin = hour.toEpochMilli();
        long day = Math.floorDiv(begin, Statistics.DAY_MS) * Statistics.DAY_MS;
        return pool.transact("read an hour of the statistics", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            }
            return new HourOfStatistics(
                    positions(connection),
                    rows(connection, StatisticsTable.HOUR, begin, Statistics.HOUR_MS),
                    rows(connection, StatisticsTable.MINUTE, begin, Statistics.HOUR_MS),
                    rows(connection, StatisticsTable.DAY, day, Statistics.DAY_MS),
                    rows(connection, StatisticsTable.HOUR, day, Statistics.DAY_MS));
        });
    }

    private SortedMap<String, SortedMap<Integer, Position>> positions(Connection connection) throws SQLException {
        SortedMap<String, SortedMap<Integer, Position>> positions = new TreeMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT group_name, shard, position FROM ledger WHERE topology = ?")) {
            statement.setString(1, topology);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    positions
                            .computeIfAbsent(found.getString(1), group -> new TreeMap<>())
                            .put(found.getInt(2), PositionCodec.decode(found.getString(3)));
                }
            }
        }
        return positions;
    }

    /** The rows from a time on, summed up to one time. */
    private static Map<StatisticsKey, Counts> rows(
            Connection connection, StatisticsTable table, long begin, long lengthMs) throws SQLException {
        String dimensions =
                String.join(", ", StatisticsTable.KEY_COLUMNS.subList(1, StatisticsTable.KEY_COLUMNS.size()));
        Map<StatisticsKey, Counts> rows = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT " + dimensions + ", " + StatisticsTable.counts("sum(%1$s)::bigint")
                        + " FROM " + table.tableName + " WHERE time >= ? AND time < ? GROUP BY " + dimensions)) {
            statement.setFetchSize(10_000);
            statement.setObject(1, time(begin));
            statement.setObject(2, time(begin + lengthMs));
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    StatisticsKey key = new StatisticsKey(
                            begin,
                            found.getString(1),
                            found.getString(2),
                            found.getString(3),
                            found.getString(4),
                            found.getString(5),
                            found.getString(6),
                            found.getString(7),
                            found.getString(8));
                    rows.put(key, StatisticsTotals.counts(found, 9));
                }
            }
        }
        return rows;
    }

    private static OffsetDateTime time(long ms) {
        return Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC);
    }

    @Override
    public void close() {
        pool.close();
    }
}
