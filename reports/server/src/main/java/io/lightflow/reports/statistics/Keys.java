package io.lightflow.reports.statistics;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/** The texts of all numbers in rows. As thread-safe as {@link KeyTexts}. */
final class Keys {
    /** Some hundred bytes each. */
    private static final int FEW_TEXTS = 500_000;

    private final Map<KeyTable, KeyTexts> texts = new EnumMap<>(KeyTable.class);
    private int readFirst;

    Keys() {
        for (KeyTable table : KeyTable.values()) {
            texts.put(table, new KeyTexts(table));
        }
    }

    KeyTexts of(KeyTable table) {
        return texts.get(table);
    }

    /** Whether there may be many texts of rows that are held no more: then it is better to read all anew. */
    boolean isOutgrown() {
        return size() > Math.max(FEW_TEXTS, 2 * readFirst);
    }

    private int size() {
        return texts.values().stream().mapToInt(KeyTexts::size).sum();
    }

    void read(Connection connection) throws SQLException {
        for (KeyTexts each : texts.values()) {
            each.read(connection);
        }
        readFirst = readFirst == 0 ? size() : readFirst;
    }
}
