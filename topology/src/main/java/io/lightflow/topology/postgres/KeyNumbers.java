package io.lightflow.topology.postgres;

import io.lightflow.database.KeyTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers of one key table, which never change. New ones are assigned in a transaction of their own, before the
 * commit that needs them: an unused number does no harm. Not thread-safe.
 */
final class KeyNumbers {
    /** Some hundred bytes each. What is forgotten is looked up again. */
    private static final int MAX_CACHED = 300_000;

    private final PostgresPool pool;
    private final String table;
    private final int columns;
    private final String names;
    private final String wanted;
    private final Map<List<String>, Integer> known = new HashMap<>();

    KeyNumbers(PostgresPool pool, KeyTable table) {
        this.pool = pool;
        this.table = table.tableName();
        columns = table.dimensions().size();
        names = String.join(", ", table.valueColumns());
        wanted = "unnest(" + String.join(", ", Collections.nCopies(columns, "?::text[]"))
                + ") WITH ORDINALITY AS wanted (" + names + ", place)";
    }

    /** The numbers of at least these; until it is called again. */
    Map<List<String>, Integer> of(Collection<List<String>> combinations) {
        List<List<String>> unknown = combinations.stream()
                .filter(one -> !known.containsKey(one))
                .distinct()
                .toList();
        if (!unknown.isEmpty()) {
            if (!known.isEmpty() && known.size() + unknown.size() > MAX_CACHED) {
                known.clear();
                return of(combinations);
            }
            pool.transact("number " + unknown.size() + " rows of " + table, connection -> {
                List<List<String>> missing = lookUp(connection, unknown);
                if (!missing.isEmpty()) {
                    insert(connection, missing);
                    lookUp(connection, missing);
                }
                return null;
            });
        }
        return known;
    }

    void forget() {
        known.clear();
    }

    /** @return those that have no number yet */
    private List<List<String>> lookUp(Connection connection, List<List<String>> combinations) throws SQLException {
        List<List<String>> missing = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT place, id FROM " + wanted + " LEFT JOIN " + table + " USING (" + names + ")")) {
            bind(statement, combinations);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    List<String> one = combinations.get(found.getInt(1) - 1);
                    int id = found.getInt(2);
                    if (found.wasNull()) {
                        missing.add(one);
                    } else {
                        known.put(one, id);
                    }
                }
            }
        }
        return missing;
    }

    /** In one order, so that two writers that give numbers cannot deadlock. */
    private void insert(Connection connection, List<List<String>> combinations) throws SQLException {
        List<List<String>> sorted = new ArrayList<>(combinations);
        sorted.sort(Comparator.comparing(Object::toString));
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + table + " (" + names
                + ") SELECT " + names + " FROM " + wanted + " ORDER BY place ON CONFLICT DO NOTHING")) {
            bind(statement, sorted);
            statement.executeUpdate();
        }
    }

    private void bind(PreparedStatement statement, List<List<String>> combinations) throws SQLException {
        for (int i = 0; i < columns; i++) {
            int column = i;
            Object[] values = combinations.stream().map(one -> one.get(column)).toArray();
            statement.setArray(i + 1, statement.getConnection().createArrayOf("text", values));
        }
    }
}
