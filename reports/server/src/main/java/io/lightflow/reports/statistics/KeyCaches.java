package io.lightflow.reports.statistics;

import io.lightflow.database.KeyTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/** The values of all numbers in rows. As thread-safe as {@link KeyCache}. */
final class KeyCaches {
    /** Some hundred bytes each. */
    private static final int FEW_VALUES = 500_000;

    private final Map<KeyTable, KeyCache> caches = new EnumMap<>(KeyTable.class);
    private int readFirst;

    KeyCaches() {
        for (KeyTable table : KeyTable.values()) {
            caches.put(table, new KeyCache(table));
        }
    }

    KeyCache of(KeyTable table) {
        return caches.get(table);
    }

    /** Whether many values may be those of rows that are no longer in memory: then all are better read anew. */
    boolean isOutgrown() {
        return size() > Math.max(FEW_VALUES, 2 * readFirst);
    }

    private int size() {
        return caches.values().stream().mapToInt(KeyCache::size).sum();
    }

    void read(Connection connection) throws SQLException {
        for (KeyCache each : caches.values()) {
            each.read(connection);
        }
        readFirst = readFirst == 0 ? size() : readFirst;
    }
}
