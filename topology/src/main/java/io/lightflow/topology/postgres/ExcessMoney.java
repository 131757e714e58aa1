package io.lightflow.topology.postgres;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsTable;
import io.lightflow.statistics.Counts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.Collectors;

/**
 * Keeps sums of money exact that exceed 64 bits. A row that is full moves its money into {@code stats_excess} and
 * begins again at 0. The views add both up. Works within a transaction of the caller.
 */
final class ExcessMoney {
    private static final String INSERT =
            "INSERT INTO stats_excess (table_name, time, ad, other, spend_micros, revenue_micros)";

    private final Connection connection;

    ExcessMoney(Connection connection) {
        this.connection = connection;
    }

    /**
     * Moves the money of rows that cannot hold the incoming amounts as well. It locks the rows in the order in which
     * everybody writes.
     *
     * @param incoming the table with the incoming rows
     * @param part number of the incoming rows
     */
    void emptyFullRows(StatisticsTable table, String incoming, int part) throws SQLException {
        String keys = String.join(", ", table.keyColumns());
        String same = table.keyColumns().stream()
                .map(column -> "t." + column + " = f." + column)
                .collect(Collectors.joining(" AND "));
        try (Statement statement = connection.createStatement()) {
            statement.execute("WITH locked AS MATERIALIZED (SELECT " + qualified("t", table)
                    + ", t.spend_micros, t.revenue_micros, i.spend_micros AS more_spend,"
                    + " i.revenue_micros AS more_revenue FROM " + table.tableName() + " t JOIN " + incoming
                    + " i USING (" + keys + ") WHERE i.part = " + part + " ORDER BY i.ordinal FOR UPDATE OF t),"
                    + " f AS MATERIALIZED (SELECT * FROM locked WHERE spend_micros > " + Long.MAX_VALUE
                    + " - more_spend OR revenue_micros > " + Long.MAX_VALUE + " - more_revenue), moved AS (" + INSERT
                    + " SELECT '" + table.viewName() + "', time, ad, " + otherColumn(table)
                    + ", spend_micros, revenue_micros FROM f) UPDATE " + table.tableName()
                    + " t SET spend_micros = 0, revenue_micros = 0 FROM f WHERE " + same);
        }
    }

    private static String qualified(String alias, StatisticsTable table) {
        return table.keyColumns().stream().map(column -> alias + "." + column).collect(Collectors.joining(", "));
    }

    private static String otherColumn(StatisticsTable table) {
        return table.cube().keyTableBesideAds().map(KeyTable::column).orElse("0");
    }

    /** Adds what exceeds 64 bits within this commit alone: each carry is 2^63. */
    void addCarries(StatisticsTable table, StatisticsRows.Table rows) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INSERT + " VALUES (?, ?, ?, ?, ?, ?)")) {
            for (int row = 0; row < rows.size(); row++) {
                Counts counts = rows.counts()[row];
                if (counts.hasCarry()) {
                    statement.setString(1, table.viewName());
                    statement.setObject(
                            2, Instant.ofEpochMilli(rows.times()[row]).atOffset(ZoneOffset.UTC));
                    statement.setInt(3, rows.numbers(row)[0]);
                    statement.setInt(4, rows.numbers(row).length > 1 ? rows.numbers(row)[1] : 0);
                    addCarries(statement, counts);
                }
            }
            statement.executeBatch();
        }
    }

    /** {@code n * 2^63} is {@code n * (2^63 - 1) + n}, and a row holds at most {@code 2^63 - 1}. */
    private static void addCarries(PreparedStatement statement, Counts counts) throws SQLException {
        for (long i = 0; i < Math.max(counts.spendCarry, counts.revenueCarry); i++) {
            statement.setLong(5, i < counts.spendCarry ? Long.MAX_VALUE : 0);
            statement.setLong(6, i < counts.revenueCarry ? Long.MAX_VALUE : 0);
            statement.addBatch();
        }
        statement.setLong(5, counts.spendCarry);
        statement.setLong(6, counts.revenueCarry);
        statement.addBatch();
    }

    /** Deletes what belongs to rows before a time. */
    static void deleteBefore(Connection connection, StatisticsTable table, Instant keptFrom) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM stats_excess WHERE table_name = ? AND time < ?")) {
            statement.setString(1, table.viewName());
            statement.setObject(2, keptFrom.atOffset(ZoneOffset.UTC));
            statement.execute();
        }
    }
}
