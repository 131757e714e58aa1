package io.lightflow.topology.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * How old cells go: cells are written to the newest of two column families, the next is begun once the retention has
 * passed, and the oldest is dropped as a whole, its files deleted without being read, once the retention has passed since
 * the last cell was written to it. (More and shorter ones would free the disk sooner, but each is another look-up for
 * every row.) The name of a column family says when it was begun.
 *
 * <p>Not thread-safe: {@link #advance} needs to be alone, everything else may run at once.
 */
final class Generations implements AutoCloseable {
    private static final String PREFIX = "rows-from-";

    private record Generation(long begunMs, ColumnFamilyHandle handle) {}

    private final RocksDB database;
    private final ColumnFamilyOptions options;
    private final long retentionMs;
    private final Deque<Generation> generations = new ArrayDeque<>();
    private List<ColumnFamilyHandle> handles = List.of();

    /** @param found the column families of the database, of which those that are no generation are left alone */
    Generations(RocksDB database, ColumnFamilyOptions options, Duration retention, Collection<ColumnFamilyHandle> found)
            throws RocksDBException {
        this.database = database;
        this.options = options;
        this.retentionMs = retention.toMillis();
        List<Generation> existing = new ArrayList<>();
        for (ColumnFamilyHandle handle : found) {
            String name = new String(handle.getName(), US_ASCII);
            if (name.startsWith(PREFIX)) {
                existing.add(new Generation(Long.parseLong(name.substring(PREFIX.length())), handle));
            }
        }
        existing.sort(Comparator.comparingLong(Generation::begunMs));
        generations.addAll(existing);
        refreshHandles();
    }

    /** The generations to read, oldest first. */
    List<ColumnFamilyHandle> all() {
        return handles;
    }

    /** The generation to write to. */
    ColumnFamilyHandle newest() {
        return handles.get(handles.size() - 1);
    }

    /** Whether a generation is to be begun or dropped. A clock that goes back makes none due. */
    boolean isAdvanceDue(long nowMs) {
        return isBeginDue(nowMs) || isDropDue(nowMs);
    }

    /** Begins and drops generations as due. There is at least one afterwards. */
    void advance(long nowMs) throws RocksDBException {
        if (isBeginDue(nowMs)) {
            begin(nowMs);
        }
        while (isDropDue(nowMs)) {
            try (ColumnFamilyHandle oldest = generations.getFirst().handle()) {
                database.dropColumnFamily(oldest);
                generations.removeFirst();
                refreshHandles();
            }
        }
    }

    private boolean isBeginDue(long nowMs) {
        return generations.isEmpty() || nowMs - generations.getLast().begunMs() >= retentionMs;
    }

    private boolean isDropDue(long nowMs) {
        if (generations.size() < 2) {
            return false;
        }
        var inOrder = generations.iterator();
        inOrder.next();
        long lastWrittenMs = inOrder.next().begunMs();
        return nowMs - lastWrittenMs >= retentionMs;
    }

    private void begin(long nowMs) throws RocksDBException {
        byte[] name = (PREFIX + nowMs).getBytes(US_ASCII);
        ColumnFamilyHandle begun = database.createColumnFamily(new ColumnFamilyDescriptor(name, options));
        if (!generations.isEmpty()) {
            // Its last cells would keep the write-ahead log from being deleted.
            try (FlushOptions inBackground = new FlushOptions().setWaitForFlush(false)) {
                database.flush(inBackground, generations.getLast().handle());
            }
        }
        generations.addLast(new Generation(nowMs, begun));
        refreshHandles();
    }

    private void refreshHandles() {
        handles = generations.stream().map(Generation::handle).toList();
    }

    @Override
    public void close() {
        generations.forEach(generation -> generation.handle().close());
        generations.clear();
        refreshHandles();
    }
}
