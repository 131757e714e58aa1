package io.lightflow.reports.statistics;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/** The texts of all numbers in rows. As thread-safe as {@link KeyTexts}. */
final class Keys {
    private final Map<KeyTable, KeyTexts> texts = new EnumMap<>(KeyTable.class);

    Keys() {
        for (KeyTable table : KeyTable.values()) {
            texts.put(table, new KeyTexts(table));
        }
    }

    KeyTexts of(KeyTable table) {
        return texts.get(table);
    }

    int size() {
        return texts.values().stream().mapToInt(KeyTexts::size).sum();
    }

    void read(Connection connection) throws SQLException {
        for (KeyTexts each : texts.values()) {
            each.read(connection);
        }
    }
}
