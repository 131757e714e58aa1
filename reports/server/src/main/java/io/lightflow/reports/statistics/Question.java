package io.lightflow.reports.statistics;

import io.lightflow.reports.statistics.Window.Piece;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A statement that is put together of names that this package chose and of parameters, which hold all that was sent. Every
 * piece names its range of time in the statement's parameters, so that PostgreSQL opens no other partition.
 */
final class Question {
    private final Connection connection;
    private final StringBuilder sql = new StringBuilder();
    private final List<Object> parameters = new ArrayList<>();

    Question(Connection connection) {
        this.connection = connection;
    }

    Question say(String words) {
        sql.append(words);
        return this;
    }

    Question value(Object value) {
        sql.append('?');
        parameters.add(value);
        return this;
    }

    Question time(Instant time) {
        return value(utc(time));
    }

    /**
     * {@code SELECT columns FROM the piece's table WHERE time and filter}.
     *
     * @param filter for {@link Cube#GEO} of a campaign or an ad: by their numbers rows are found
     */
    Question rows(String columns, Piece piece, Cube cube, Filter filter) throws SQLException {
        within(columns, cube.table(piece.grain()), piece);
        if (cube != Cube.GEO) {
            return and(filter);
        }
        numbers("ad", "stats_ad_key", filter.only(Cube.CREATIVES.dimensions()));
        return and(filter.without(Cube.CREATIVES.dimensions()));
    }

    /** Likewise of {@link Cube#GEO}, of the table that has numbers in place of the dimensions. */
    Question rowsOfNumbers(String columns, Piece piece, Filter filter) throws SQLException {
        within(columns, Cube.GEO.table(piece.grain()) + "_data", piece);
        numbers("geo", "stats_geo_key", filter.without(Cube.CREATIVES.dimensions()));
        numbers("ad", "stats_ad_key", filter.only(Cube.CREATIVES.dimensions()));
        return this;
    }

    private void within(String columns, String table, Piece piece) {
        say("SELECT ").say(columns).say(" FROM ").say(table).say(" WHERE time >= ");
        time(piece.from()).say(" AND time < ").time(piece.to());
    }

    /** As a list of numbers, which is looked up first: so an index leads to the rows. */
    private void numbers(String column, String keys, Filter filter) throws SQLException {
        if (!filter.values().isEmpty()) {
            say(" AND ")
                    .say(column)
                    .say(" = ANY (ARRAY(SELECT id FROM ")
                    .say(keys)
                    .say(" WHERE true");
            and(filter).say("))");
        }
    }

    Question and(Filter filter) throws SQLException {
        for (Map.Entry<Dimension, Set<String>> one : filter.values().entrySet()) {
            Set<String> values = one.getValue();
            say(" AND ").say(one.getKey().column());
            if (values.size() == 1) {
                say(" = ").value(values.iterator().next());
            } else {
                say(" = ANY (")
                        .value(connection.createArrayOf("text", values.toArray()))
                        .say(")");
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
