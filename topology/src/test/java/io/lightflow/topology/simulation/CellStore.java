package io.lightflow.topology.simulation;

import io.lightflow.store.CellIdentity;
import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The join store that all tasks share. It outlives them, and asserts that cells are never overwritten (invariant C).
 */
class CellStore {
    private final JoinStore store = new MemoryJoinStore();
    private final List<StoreWrite> writes = new ArrayList<>();
    private final Map<List<Object>, List<Object>> written = new HashMap<>();

    /** A store of its own with the same cells, as of a copied disk. */
    CellStore copy() {
        CellStore copy = new CellStore();
        copy.write(writes);
        return copy;
    }

    StoreReader reader(int shard) {
        return store.reader(shard);
    }

    void write(List<StoreWrite> added) {
        for (StoreWrite write : added) {
            write.cells().forEach(cell -> check(CellIdentity.of(cell), CellIdentity.content(cell)));
            write.events().forEach(cell -> check(CellIdentity.of(cell), CellIdentity.content(cell)));
        }
        store.write(added);
        writes.addAll(added);
    }

    private void check(List<Object> cell, List<Object> content) {
        List<Object> before = written.putIfAbsent(cell, content);
        if (before != null && !before.equals(content)) {
            throw new AssertionError("invariant C: a cell was written again with another value");
        }
    }
}
