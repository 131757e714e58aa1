package io.lightflow.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A join store on the heap, for a complete set of events and for tests. It keeps every cell until the process ends.
 * Thread-safe: one call at a time.
 */
public final class MemoryJoinStore implements JoinStore {
    private final Map<ByteBuffer, NavigableMap<byte[], byte[]>> rows = new HashMap<>();
    private boolean closed;

    @Override
    public synchronized List<Row> read(List<RowRange> ranges) {
        requireOpen();
        return ranges.stream().map(this::read).toList();
    }

    private Row read(RowRange range) {
        NavigableMap<byte[], byte[]> row = rows.get(ByteBuffer.wrap(range.row()));
        if (row == null) {
            return Row.ABSENT;
        }
        byte[] prefix = range.prefix();
        List<Cell> cells = new ArrayList<>();
        for (Map.Entry<byte[], byte[]> cell : row.tailMap(prefix).entrySet()) {
            byte[] key = cell.getKey();
            if (key.length < prefix.length || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                break;
            }
            cells.add(new Cell(key.clone(), cell.getValue().clone()));
        }
        return new Row(List.copyOf(cells), row.size());
    }

    @Override
    public synchronized void write(List<NewCell> cells) {
        requireOpen();
        for (NewCell cell : cells) {
            rows.computeIfAbsent(ByteBuffer.wrap(cell.row().clone()), row -> new TreeMap<>(Arrays::compareUnsigned))
                    .put(cell.key().clone(), cell.value().clone());
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the join store in memory is closed");
        }
    }
}
