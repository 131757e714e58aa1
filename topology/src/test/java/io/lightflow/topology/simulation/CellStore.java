package io.lightflow.topology.simulation;

import io.lightflow.store.JoinStore;
import io.lightflow.store.MemoryJoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The join store that all tasks share. It outlives them, and asserts that cells are never overwritten (invariant C).
 */
class CellStore {
    private final JoinStore store = new MemoryJoinStore();
    private final Map<List<ByteBuffer>, ByteBuffer> written = new HashMap<>();

    /** A store of its own with the same cells, as of a copied disk. */
    CellStore copy() {
        CellStore copy = new CellStore();
        written.forEach((cell, value) ->
                copy.write(List.of(new NewCell(cell.get(0).array(), cell.get(1).array(), value.array()))));
        return copy;
    }

    List<Row> read(List<RowRange> ranges) {
        return store.read(ranges);
    }

    void write(List<NewCell> cells) {
        for (NewCell cell : cells) {
            ByteBuffer value = ByteBuffer.wrap(cell.value().clone());
            ByteBuffer before = written.putIfAbsent(
                    List.of(
                            ByteBuffer.wrap(cell.row().clone()),
                            ByteBuffer.wrap(cell.key().clone())),
                    value);
            if (before != null && !before.equals(value)) {
                throw new AssertionError("invariant C: a cell was written again with another value");
            }
        }
        store.write(cells);
    }
}
