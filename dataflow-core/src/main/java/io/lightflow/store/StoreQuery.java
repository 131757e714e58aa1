package io.lightflow.store;

import java.util.List;
import java.util.Objects;

/**
 * What a step asks for at once.
 *
 * @param rows ranges of rows
 * @param events event cells
 * @param days days of join keys whose sizes are asked for
 */
public record StoreQuery(List<RowRange> rows, List<EventQuery> events, List<KeyDay> days) {
    public StoreQuery {
        Objects.requireNonNull(rows, "rows");
        Objects.requireNonNull(events, "events");
        Objects.requireNonNull(days, "days");
    }

    public static StoreQuery ofRows(List<RowRange> rows) {
        return new StoreQuery(rows, List.of(), List.of());
    }

    public boolean isEmpty() {
        return rows.isEmpty() && events.isEmpty() && days.isEmpty();
    }
}
