package io.lightflow.topology.postgres;

import io.lightflow.database.KeyTable;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The numbers of all {@link KeyTable}s. Not thread-safe. */
final class StatisticsNumbers implements StatisticsRows.Numbers {
    private final Map<KeyTable, KeyNumbers> numbers = new EnumMap<>(KeyTable.class);

    StatisticsNumbers(PostgresPool pool) {
        for (KeyTable table : KeyTable.values()) {
            numbers.put(table, new KeyNumbers(pool, table));
        }
    }

    @Override
    public Map<List<String>, Integer> of(KeyTable table, Collection<List<String>> combinations) {
        return numbers.get(table).of(combinations);
    }

    /** After a failure: the database may be another one, which is behind. */
    void forget() {
        numbers.values().forEach(KeyNumbers::forget);
    }
}
