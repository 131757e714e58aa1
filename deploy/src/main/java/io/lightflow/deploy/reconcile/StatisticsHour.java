package io.lightflow.deploy.reconcile;

import io.lightflow.database.StatisticsTable;
import io.lightflow.position.Position;
import io.lightflow.position.PositionCodec;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.settings.PostgresSection;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An hour of the statistics in PostgreSQL, as of one snapshot: a transaction that stays open. It changes nothing. Not
 * thread-safe.
 */
final class StatisticsHour implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final Connection connection;
    private final Instant hour;

    private StatisticsHour(Connection connection, Instant hour) {
        this.connection = connection;
        this.hour = hour;
    }

    /** @throws SinkUnavailableException if PostgreSQL is unavailable */
    static StatisticsHour open(PostgresSection settings, Instant hour) {
        Properties properties = new Properties();
        properties.setProperty("user", settings.user());
        properties.setProperty("password", settings.password() == null ? "" : settings.password());
        properties.setProperty("ApplicationName", "lightflow-reconcile");
        properties.setProperty("connectTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
        properties.setProperty("tcpKeepAlive", "true");
        try {
            Connection connection = DriverManager.getConnection(settings.url(), properties);
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (Statement statement = connection.createStatement()) {
                // The topics are read in between.
                statement.execute("SET idle_in_transaction_session_timeout = 0");
            }
            return new StatisticsHour(connection, hour);
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    private static SinkUnavailableException unavailable(SQLException cause) {
        return new SinkUnavailableException("the statistics cannot be read: " + cause.getMessage(), cause);
    }

    /** The positions of {@code stats-counter}, by group and shard. */
    SortedMap<String, SortedMap<Integer, Position>> positions() {
        SortedMap<String, SortedMap<Integer, Position>> positions = new TreeMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT group_name, shard, position FROM ledger WHERE topology = ?")) {
            statement.setString(1, StatisticsTopology.INSTANCE.name());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    positions
                            .computeIfAbsent(found.getString(1), group -> new TreeMap<>())
                            .put(found.getInt(2), PositionCodec.decode(found.getString(3)));
                }
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
        return positions;
    }

    /** From when on a table is complete, if that is after the beginning of the hour. */
    Optional<Instant> keptOnlyFrom(StatisticsTable table) {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT kept_from FROM stats_kept WHERE table_name = ? AND kept_from > ?")) {
            statement.setString(1, table.viewName());
            statement.setObject(2, time(hour));
            try (ResultSet found = statement.executeQuery()) {
                return found.next()
                        ? Optional.of(found.getObject(1, OffsetDateTime.class).toInstant())
                        : Optional.empty();
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    /** The sums of the hour, by campaign and currency. */
    Map<Bucket, StatisticsSums> sums(StatisticsTable table) {
        Map<Bucket, StatisticsSums> sums = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT campaign, currency, " + StatisticsTable.counts("sum(%1$s)::text")
                        + " FROM " + table.viewName() + " WHERE time >= ? AND time < ? GROUP BY campaign, currency")) {
            bindHour(statement);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    sums.put(new Bucket(found.getString(1), found.getString(2)), StatisticsSums.of(found, 3));
                }
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
        return sums;
    }

    /** The rows of a campaign and currency in the hour: by their time and their dimensions. */
    Map<RowKey, StatisticsSums> rows(StatisticsTable table, Bucket bucket) {
        String dimensions = String.join(", ", table.cube().columns());
        Map<RowKey, StatisticsSums> rows = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT time, " + dimensions + ", "
                + StatisticsTable.counts("sum(%1$s)::text") + " FROM " + table.viewName()
                + " WHERE time >= ? AND time < ? AND campaign = ? AND currency = ? GROUP BY time, " + dimensions)) {
            bindHour(statement);
            statement.setString(3, bucket.campaign());
            statement.setString(4, bucket.currency());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    rows.put(
                            RowKey.of(found.getObject(1, OffsetDateTime.class).toInstant(), table, found, 2),
                            StatisticsSums.of(found, 2 + table.cube().columns().size()));
                }
            }
        } catch (SQLException e) {
            throw unavailable(e);
        }
        return rows;
    }

    private void bindHour(PreparedStatement statement) throws SQLException {
        statement.setObject(1, time(hour));
        statement.setObject(2, time(hour.plus(Duration.ofHours(1))));
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    /** What is compared first. */
    record Bucket(String campaign, String currency) implements Comparable<Bucket> {
        @Override
        public int compareTo(Bucket other) {
            int byCampaign = campaign.compareTo(other.campaign);
            return byCampaign == 0 ? currency.compareTo(other.currency) : byCampaign;
        }
    }

    /** @param dimensions values in the order of the columns of the table's cube */
    record RowKey(Instant time, List<String> dimensions) implements Comparable<RowKey> {
        static RowKey of(Instant time, StatisticsTable table, ResultSet row, int from) throws SQLException {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < table.cube().columns().size(); i++) {
                values.add(row.getString(from + i));
            }
            return new RowKey(time, values);
        }

        @Override
        public int compareTo(RowKey other) {
            int byTime = time.compareTo(other.time);
            return byTime == 0 ? dimensions.toString().compareTo(other.dimensions.toString()) : byTime;
        }

        /** Names the row, such as {@code stats_hour 2026-01-18T20:00:00Z campaign=c creative=r …}. */
        String describe(StatisticsTable table) {
            StringBuilder text = new StringBuilder(table.viewName()).append(' ').append(time);
            for (int i = 0; i < dimensions.size(); i++) {
                text.append(' ')
                        .append(table.cube().columns().get(i))
                        .append('=')
                        .append(dimensions.get(i));
            }
            return text.toString();
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }
}
