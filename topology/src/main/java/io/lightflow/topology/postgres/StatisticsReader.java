package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSettings;
import io.lightflow.database.StatisticsTable;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        return pool.transact("read an hour of the statistics", connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            }
            return new HourOfStatistics(
                    positions(connection),
                    List.of(
                            ofCube(
                                    connection,
                                    begin,
                                    StatisticsTable.MINUTE,
                                    StatisticsTable.HOUR,
                                    StatisticsTable.DAY),
                            ofCube(
                                    connection,
                                    begin,
                                    StatisticsTable.GEO_MINUTE,
                                    StatisticsTable.GEO_HOUR,
                                    StatisticsTable.GEO_DAY)));
        });
    }

    private static HourOfStatistics.CubeHour ofCube(
            Connection connection, long begin, StatisticsTable minutes, StatisticsTable hours, StatisticsTable days)
            throws SQLException {
        long day = Math.floorDiv(begin, Statistics.DAY_MS) * Statistics.DAY_MS;
        List<String> notes = new ArrayList<>();
        return new HourOfStatistics.CubeHour(
                hours.cube(),
                ifComplete(connection, hours, begin, Statistics.HOUR_MS, notes),
                ifComplete(connection, minutes, begin, Statistics.HOUR_MS, notes),
                rows(connection, days, day, Statistics.DAY_MS),
                ifComplete(connection, hours, day, Statistics.DAY_MS, new ArrayList<>()),
                notes);
    }

    private static Optional<HourOfStatistics.TableSums> ifComplete(
            Connection connection, StatisticsTable table, long begin, long lengthMs, List<String> notes)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT kept_from FROM stats_kept WHERE table_name = ? AND kept_from > ?")) {
            statement.setString(1, table.viewName());
            statement.setObject(2, time(begin));
            try (ResultSet found = statement.executeQuery()) {
                if (found.next()) {
                    notes.add(table.viewName() + " was not compared: it is complete from "
                            + found.getObject(1, OffsetDateTime.class).toInstant() + " on only");
                    return Optional.empty();
                }
            }
        }
        return Optional.of(rows(connection, table, begin, lengthMs));
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
    private static HourOfStatistics.TableSums rows(
            Connection connection, StatisticsTable table, long begin, long lengthMs) throws SQLException {
        String dimensions = String.join(", ", table.cube().columns());
        Map<StatisticsKey, Counts> rows = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT " + dimensions + ", " + StatisticsTable.counts("sum(%1$s)")
                        + " FROM " + table.viewName() + " WHERE time >= ? AND time < ? GROUP BY " + dimensions)) {
            statement.setFetchSize(10_000);
            statement.setObject(1, time(begin));
            statement.setObject(2, time(begin + lengthMs));
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    rows.put(
                            table.cube().key(begin, found, 1),
                            StatisticsTotals.counts(
                                    found, 1 + table.cube().columns().size()));
                }
            }
        }
        return new HourOfStatistics.TableSums(table.viewName(), rows);
    }

    private static OffsetDateTime time(long ms) {
        return Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC);
    }

    @Override
    public void close() {
        pool.close();
    }
}
