package io.lightflow.batch;

import io.lightflow.store.Cell;
import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A join store on the heap, for a finished set of events. It forgets nothing and survives nothing. Thread-safe. */
public final class MemoryJoinStore implements JoinStore {
    private final Map<RowKey, TreeMap<byte[], byte[]>> rows = new HashMap<>();

    /** The row's key with the equality of its bytes. */
    private record RowKey(byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof RowKey key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    @Override
    public synchronized List<Row> read(List<RowRange> ranges) {
        List<Row> found = new ArrayList<>(ranges.size());
        for (RowRange range : ranges) {
            TreeMap<byte[], byte[]> row = rows.get(new RowKey(range.row()));
            found.add(row == null ? Row.ABSENT : new Row(cells(row, range.prefix()), row.size()));
        }
        return found;
    }

    private static List<Cell> cells(TreeMap<byte[], byte[]> row, byte[] prefix) {
        List<Cell> cells = new ArrayList<>();
        for (Map.Entry<byte[], byte[]> cell : row.tailMap(prefix, true).entrySet()) {
            byte[] key = cell.getKey();
            if (key.length < prefix.length || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                break;
            }
            cells.add(new Cell(key, cell.getValue()));
        }
        return cells;
    }

    @Override
    public synchronized void write(List<NewCell> cells) {
        for (NewCell cell : cells) {
            rows.computeIfAbsent(new RowKey(cell.row()), absent -> new TreeMap<>(Arrays::compareUnsigned))
                    .put(cell.key(), cell.value());
        }
    }

    @Override
    public void close() {}
}
