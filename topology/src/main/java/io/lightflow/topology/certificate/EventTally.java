package io.lightflow.topology.certificate;

import com.fasterxml.jackson.annotation.JsonValue;
import io.lightflow.event.EventType;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts by event type and category. Mutable; not thread-safe. */
final class EventTally {
    private static final int CATEGORIES = AuditCategory.values().length;

    private final long[] counts = new long[EventType.values().length * CATEGORIES];

    void add(EventType type, AuditCategory category, long count) {
        counts[type.ordinal() * CATEGORIES + category.ordinal()] += count;
    }

    void add(EventTally other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
    }

    long get(EventType type, AuditCategory category) {
        return counts[type.ordinal() * CATEGORIES + category.ordinal()];
    }

    /** By the types' and categories' words. */
    @JsonValue
    Map<String, Map<String, Long>> asMap() {
        Map<String, Map<String, Long>> map = new LinkedHashMap<>();
        for (EventType type : EventType.values()) {
            Map<String, Long> categories = new LinkedHashMap<>();
            for (AuditCategory category : AuditCategory.values()) {
                categories.put(category.label(), get(type, category));
            }
            map.put(type.plural(), categories);
        }
        return map;
    }
}
