package io.lightflow.store;

import io.lightflow.event.EventType;
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
    private final Map<EventKey, List<EventCell>> events = new HashMap<>();
    private final Map<EventKey, List<EventCell>> keys = new HashMap<>();
    private final Map<DayKey, Integer> daySizes = new HashMap<>();
    private boolean closed;

    /** @param id null for all events of the join key */
    private record EventKey(int shard, EventType type, ByteBuffer joinKey, ByteBuffer id) {}

    private record DayKey(int shard, ByteBuffer joinKey, int day) {}

    @Override
    public StoreReader reader(int shard) {
        return query -> read(shard, query);
    }

    private synchronized StoreAnswer read(int shard, StoreQuery query) {
        requireOpen();
        return new StoreAnswer(
                query.rows().stream().map(this::row).toList(),
                query.events().stream().map(each -> events(shard, each)).toList(),
                query.days().stream().mapToInt(day -> daySize(shard, day)).toArray());
    }

    private List<Cell> row(RowRange range) {
        NavigableMap<byte[], byte[]> row = rows.get(ByteBuffer.wrap(range.row()));
        if (row == null) {
            return List.of();
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
        return cells;
    }

    private List<EventCell> events(int shard, EventQuery query) {
        ByteBuffer joinKey = ByteBuffer.wrap(query.joinKey());
        List<EventCell> all = query.id() == null
                ? keys.get(new EventKey(shard, query.type(), joinKey, null))
                : events.get(new EventKey(shard, query.type(), joinKey, ByteBuffer.wrap(query.id())));
        return all == null
                ? List.of()
                : all.stream()
                        .filter(cell -> query.isWithin(cell.time()))
                        .map(MemoryJoinStore::copy)
                        .toList();
    }

    private int daySize(int shard, KeyDay day) {
        return daySizes.getOrDefault(new DayKey(shard, ByteBuffer.wrap(day.joinKey()), day.day()), 0);
    }

    @Override
    public synchronized void write(List<StoreWrite> writes) {
        requireOpen();
        for (StoreWrite write : writes) {
            write.cells().forEach(this::add);
            write.events().forEach(event -> add(write.shard(), copy(event)));
        }
    }

    private void add(NewCell cell) {
        rows.computeIfAbsent(ByteBuffer.wrap(cell.row().clone()), row -> new TreeMap<>(Arrays::compareUnsigned))
                .put(cell.key().clone(), cell.value().clone());
    }

    private void add(int shard, EventCell cell) {
        ByteBuffer joinKey = ByteBuffer.wrap(cell.joinKey());
        events.computeIfAbsent(
                        new EventKey(shard, cell.type(), joinKey, ByteBuffer.wrap(cell.id())),
                        absent -> new ArrayList<>(1))
                .add(cell);
        keys.computeIfAbsent(new EventKey(shard, cell.type(), joinKey, null), absent -> new ArrayList<>(1))
                .add(cell);
        daySizes.merge(new DayKey(shard, joinKey, cell.day()), 1, Integer::sum);
    }

    private static EventCell copy(EventCell cell) {
        return new EventCell(
                cell.type(),
                cell.joinKey().clone(),
                cell.id().clone(),
                cell.time(),
                cell.takeover(),
                cell.seenAt(),
                cell.origin(),
                cell.value().clone());
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
