package io.lightflow.topology.postgres;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StorableString;
import io.lightflow.statistics.DimensionValues;
import io.lightflow.statistics.StatisticsKey;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The numbers of all {@link KeyTable}s. Not thread-safe. */
final class StatisticsNumbers implements NumberedRows.Numbers {
    /** Some hundred bytes each. What is forgotten is looked up again. */
    private static final int MAX_CACHED = 100_000;

    private static final KeyTable[] TABLES = KeyTable.values();

    private final Map<KeyTable, KeyNumbers> numbers = new EnumMap<>(KeyTable.class);
    private final Map<DimensionValues, int[]> known = new HashMap<>();

    StatisticsNumbers(PostgresPool pool) {
        for (KeyTable table : TABLES) {
            numbers.put(table, new KeyNumbers(pool, table));
        }
    }

    @Override
    public int[][] of(List<DimensionValues> dimensions) {
        List<DimensionValues> unknown =
                dimensions.stream().filter(one -> !known.containsKey(one)).toList();
        if (known.size() + unknown.size() > MAX_CACHED && !known.isEmpty()) {
            known.clear();
            return of(dimensions);
        }
        if (!unknown.isEmpty()) {
            lookUp(unknown);
        }
        return dimensions.stream().map(known::get).toArray(int[][]::new);
    }

    private void lookUp(List<DimensionValues> unknown) {
        List<StatisticsKey> keys = unknown.stream()
                .map(dimensions -> StorableString.key(new StatisticsKey(0, dimensions)))
                .toList();
        int[][] found = new int[keys.size()][TABLES.length];
        for (KeyTable table : TABLES) {
            List<List<String>> combinations = keys.stream().map(table::values).toList();
            Map<List<String>, Integer> given = numbers.get(table).of(combinations);
            for (int i = 0; i < found.length; i++) {
                found[i][table.ordinal()] = given.get(combinations.get(i));
            }
        }
        for (int i = 0; i < found.length; i++) {
            known.put(unknown.get(i), found[i]);
        }
    }

    /** After a failure: the database may be another one, which is behind. */
    void forget() {
        known.clear();
        numbers.values().forEach(KeyNumbers::forget);
    }
}
