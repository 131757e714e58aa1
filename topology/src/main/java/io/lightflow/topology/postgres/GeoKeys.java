package io.lightflow.topology.postgres;

import io.lightflow.statistics.StatisticsKey;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers that stand for dimensions in the tables of {@link StatisticsCube#GEO}. New ones are given in a transaction
 * of their own, before the commit that needs them: a number that is not used does no harm. Not thread-safe.
 */
final class GeoKeys {
    /** Some hundred bytes each. What is forgotten is looked up again. */
    private static final int MOST_REMEMBERED = 500_000;

    private static final List<String> COLUMNS = StatisticsCube.GEO.columns();
    private static final String NAMES = String.join(", ", COLUMNS);
    private static final String WANTED = "unnest("
            + String.join(", ", Collections.nCopies(COLUMNS.size(), "?::text[]")) + ") WITH ORDINALITY AS wanted ("
            + NAMES + ", place)";

    private final PostgresPool pool;
    private final Map<StatisticsKey, Long> known = new HashMap<>();

    GeoKeys(PostgresPool pool) {
        this.pool = pool;
    }

    /**
     * The numbers of keys, those that are new among them.
     *
     * @param sorted keys of the cube, of any time, in their order: so two writers that give numbers cannot deadlock
     */
    Map<StatisticsKey, Long> numbers(List<StatisticsKey> sorted) {
        List<StatisticsKey> unknown =
                sorted.stream().filter(key -> !known.containsKey(key)).toList();
        if (!unknown.isEmpty()) {
            if (known.size() + unknown.size() > MOST_REMEMBERED && !known.isEmpty()) {
                known.clear();
                return numbers(sorted);
            }
            pool.transact("number " + unknown.size() + " combinations of ad and region", connection -> {
                List<StatisticsKey> missing = lookUp(connection, unknown);
                if (!missing.isEmpty()) {
                    insert(connection, missing);
                    lookUp(connection, missing);
                }
                return null;
            });
        }
        return known;
    }

    /** After a failure: the database may be another one, which is behind. */
    void forget() {
        known.clear();
    }

    /** @return those that have no number yet */
    private List<StatisticsKey> lookUp(Connection connection, List<StatisticsKey> keys) throws SQLException {
        List<StatisticsKey> missing = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT place, id FROM " + WANTED + " LEFT JOIN stats_geo_key USING (" + NAMES + ")")) {
            bind(statement, keys);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    StatisticsKey key = keys.get(found.getInt(1) - 1);
                    long id = found.getLong(2);
                    if (found.wasNull()) {
                        missing.add(key);
                    } else {
                        known.put(key, id);
                    }
                }
            }
        }
        Collections.sort(missing);
        return missing;
    }

    private static void insert(Connection connection, List<StatisticsKey> keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO stats_geo_key (" + NAMES
                + ") SELECT " + NAMES + " FROM " + WANTED + " ORDER BY place ON CONFLICT DO NOTHING")) {
            bind(statement, keys);
            statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, List<StatisticsKey> keys) throws SQLException {
        List<List<String>> rows = keys.stream().map(StatisticsCube.GEO::texts).toList();
        for (int i = 0; i < COLUMNS.size(); i++) {
            int column = i;
            Array values = statement
                    .getConnection()
                    .createArrayOf(
                            "text", rows.stream().map(row -> row.get(column)).toArray());
            statement.setArray(i + 1, values);
        }
    }
}
