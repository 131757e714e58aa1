package io.lightflow.store;

import java.util.List;
import java.util.Objects;

/**
 * A store's answer to a query. Each part has the order of the query.
 *
 * @param rows the cells of each range, by ascending key; an absent row has none
 * @param events the event cells of each query, in any order; a cell that was written again may occur again
 * @param daySizes an upper bound of the number of event cells of each join key and day
 */
public record StoreAnswer(List<List<Cell>> rows, List<List<EventCell>> events, int[] daySizes) {
    public StoreAnswer {
        Objects.requireNonNull(rows, "rows");
        Objects.requireNonNull(events, "events");
        Objects.requireNonNull(daySizes, "daySizes");
    }
}
