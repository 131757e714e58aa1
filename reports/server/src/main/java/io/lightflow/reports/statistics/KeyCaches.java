package io.lightflow.reports.statistics;

import io.lightflow.database.KeyTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/** The texts of all numbers in rows. As thread-safe as {@link KeyCache}. */
final class KeyCaches {
    /** Some hundred bytes each. */
    private static final int FEW_TEXTS = 500_000;

    private final Map<KeyTable, KeyCache> texts = new EnumMap<>(KeyTable.class);
    private int readFirst;

    KeyCaches() {
        for (KeyTable table : KeyTable.values()) {
            texts.put(table, new KeyCache(table));
        }
    }

    KeyCache of(KeyTable table) {
        return texts.get(table);
    }

    /** Whether there may be many texts of rows that are held no more: then it is better to read all anew. */
    boolean isOutgrown() {
        return size() > Math.max(FEW_TEXTS, 2 * readFirst);
    }

    private int size() {
        return texts.values().stream().mapToInt(KeyCache::size).sum();
    }

    void read(Connection connection) throws SQLException {
        for (KeyCache each : texts.values()) {
            each.read(connection);
        }
        readFirst = readFirst == 0 ? size() : readFirst;
    }
}
