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
     * {@code SELECT columns FROM the piece's table WHERE time and filter}. The table has a time, counts, and numbers, which
     * {@link Cube#keyTables} tell the meaning of. The numbers that the filter means are looked up first, so that an index
     * leads to their rows.
     */
    Question rows(String columns, Piece piece, Cube cube, Filter filter) throws SQLException {
        say("SELECT " + columns + " FROM " + cube.dataTable(piece.grain()) + " WHERE time >= ");
        time(piece.from()).say(" AND time < ").time(piece.to());
        for (KeyTable keys : cube.keyTables()) {
            Filter ofThese = filter.only(keys.dimensions());
            if (!ofThese.values().isEmpty()) {
                say(" AND " + keys.column() + " = ANY (ARRAY(SELECT id FROM " + keys.table() + " WHERE true");
                and(ofThese).say("))");
            }
        }
        return this;
    }

    /** Such rows of several pieces, one after the other. */
    Question rows(String columns, List<Piece> pieces, Cube cube, Filter filter) throws SQLException {
        String between = "";
        for (Piece piece : pieces) {
            say(between).rows(columns, piece, cube, filter);
            between = " UNION ALL ";
        }
        return this;
    }

    private Question and(Filter filter) throws SQLException {
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
