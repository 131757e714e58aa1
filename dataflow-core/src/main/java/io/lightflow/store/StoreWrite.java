package io.lightflow.store;

import java.util.List;
import java.util.Objects;

/**
 * What is added for one shard.
 *
 * @param cells cells of rows
 * @param events event cells
 */
public record StoreWrite(int shard, List<NewCell> cells, List<EventCell> events) {
    public StoreWrite {
        Objects.requireNonNull(cells, "cells");
        Objects.requireNonNull(events, "events");
    }

    public boolean isEmpty() {
        return cells.isEmpty() && events.isEmpty();
    }
}
