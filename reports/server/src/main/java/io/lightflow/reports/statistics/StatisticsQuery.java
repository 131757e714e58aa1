package io.lightflow.reports.statistics;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsCube;
import io.lightflow.database.StatisticsTable;
import io.lightflow.reports.statistics.Window.Piece;
import io.lightflow.statistics.Dimension;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A statement under construction. Its text consists of names that this package chose; everything that a request sent is
 * a parameter. Every piece has its range of time as parameters, so that PostgreSQL opens no other partition.
 */
final class StatisticsQuery {
    private final Connection connection;
    private final StringBuilder sql = new StringBuilder();
    private final List<Object> parameters = new ArrayList<>();

    StatisticsQuery(Connection connection) {
        this.connection = connection;
    }

    StatisticsQuery append(String fragment) {
        sql.append(fragment);
        return this;
    }

    StatisticsQuery value(Object value) {
        sql.append('?');
        parameters.add(value);
        return this;
    }

    StatisticsQuery time(Instant time) {
        return value(utc(time));
    }

    /**
     * {@code SELECT columns FROM the piece's table WHERE time and filter}, of one piece after the other, to be summed
     * up: a key may have several rows. The tables have a time, counts, and numbers of {@link StatisticsCube#keyTables}.
     * What the filter means is looked up there first.
     *
     * <p>No table has the rows of small commits yet. They are of minutes, so those of the window are one more piece.
     *
     * @param pieces add up to the window
     */
    StatisticsQuery rows(
            Function<Piece, String> columns, Window window, List<Piece> pieces, StatisticsCube cube, Filter filter)
            throws SQLException {
        List<KeyTable> filtered = cube.keyTables().stream()
                .filter(keys -> !filter.only(keys.dimensions()).values().isEmpty())
                .toList();
        String before = "WITH ";
        for (KeyTable keys : filtered) {
            append(before + "asked_" + keys.column() + " AS MATERIALIZED (SELECT id FROM " + keys.tableName()
                    + " WHERE true");
            and(filter.only(keys.dimensions())).append(") ");
            before = ", ";
        }
        for (Piece piece : pieces) {
            StatisticsTable table = piece.grain().table(cube);
            for (String source : List.of(table.tableName(), table.excessRows())) {
                piece(columns, source, piece, filtered).append(" UNION ALL ");
            }
        }
        Piece recent = new Piece(Grain.MINUTE, window.from(), window.to(), false);
        return piece(columns, StatisticsTable.deltaRows(cube), recent, filtered);
    }

    private StatisticsQuery piece(
            Function<Piece, String> columns, String source, Piece piece, List<KeyTable> filtered) {
        append("SELECT " + columns.apply(piece) + " FROM " + source + " WHERE time >= ");
        time(piece.from()).append(" AND time < ").time(piece.to());
        filtered.forEach(this::andIn);
        return this;
    }

    /**
     * An index leads to the rows of the ads, given a list; places are too many for a list, which is searched from its
     * beginning.
     */
    private void andIn(KeyTable keys) {
        String ids = "SELECT id FROM asked_" + keys.column();
        append(" AND " + keys.column() + (keys == KeyTable.AD ? " = ANY (ARRAY(" + ids + "))" : " IN (" + ids + ")"));
    }

    private StatisticsQuery and(Filter filter) throws SQLException {
        for (Map.Entry<Dimension, Set<String>> one : filter.values().entrySet()) {
            Set<String> values = one.getValue();
            append(" AND ").append(one.getKey().column());
            if (values.size() == 1) {
                append(" = ").value(values.iterator().next());
            } else {
                append(" = ANY (")
                        .value(connection.createArrayOf("text", values.toArray()))
                        .append(")");
            }
        }
        return this;
    }

    String sql() {
        return sql.toString();
    }

    Object[] parameters() {
        return parameters.toArray();
    }

    static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
