package io.lightflow.topology.certificate;

import com.fasterxml.jackson.annotation.JsonValue;
import io.lightflow.event.EventType;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts by type and column. Mutable; not thread-safe. */
final class Tally {
    private static final int COLUMNS = Column.values().length;

    private final long[] counts = new long[EventType.values().length * COLUMNS];

    void add(EventType type, Column column, long count) {
        counts[type.ordinal() * COLUMNS + column.ordinal()] += count;
    }

    void add(Tally other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    long get(EventType type, Column column) {
        return counts[type.ordinal() * COLUMNS + column.ordinal()];
    }

    /** By the types' and columns' words. */
    @JsonValue
    Map<String, Map<String, Long>> asMap() {
        Map<String, Map<String, Long>> map = new LinkedHashMap<>();
        for (EventType type : EventType.values()) {
            Map<String, Long> columns = new LinkedHashMap<>();
            for (Column column : Column.values()) {
                columns.put(column.word(), get(type, column));
            }
            map.put(type.plural(), columns);
        }
        return map;
    }
}
