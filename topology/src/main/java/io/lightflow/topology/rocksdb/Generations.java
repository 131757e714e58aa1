package io.lightflow.topology.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * How old cells go: cells are written to the newest of two generations, the next is begun once the retention has
 * passed, and the oldest is dropped as a whole, its files deleted without being read, once the retention has passed
 * since the last cell was written to it. (More and shorter ones would free the disk sooner, but each is another look-up
 * for every row.) The names of its column families say when it was begun.
 *
 * <p>Not thread-safe: {@link #advance} needs to be alone, everything else may run at once.
 */
final class Generations implements AutoCloseable {
    private static final String ROWS = "rows-from-";
    private static final String VALUES = "pages-from-";
    /** Values that had a number each: it would be taken for the place of another value. */
    private static final String FORMER_VALUES = "values-from-";

    private final RocksDB database;
    private final ColumnFamilyOptions rowOptions;
    private final ColumnFamilyOptions valueOptions;
    private final long retentionMs;
    /** Oldest first. */
    private List<Generation> generations = List.of();

    /** @param found the column families of the database, of which those that are no generation are left alone */
    Generations(RocksDB database, Tuning tuning, Duration retention, Collection<ColumnFamilyHandle> found)
            throws RocksDBException {
        this.database = database;
        this.rowOptions = tuning.rowOptions();
        this.valueOptions = tuning.valueOptions();
        this.retentionMs = retention.toMillis();
        SortedMap<Long, ColumnFamilyHandle> rows = startingWith(ROWS, found);
        SortedMap<Long, ColumnFamilyHandle> values = startingWith(VALUES, found);
        List<Generation> existing = new ArrayList<>();
        for (Map.Entry<Long, ColumnFamilyHandle> family : rows.entrySet()) {
            existing.add(new Generation(family.getKey(), family.getValue(), values.remove(family.getKey())));
        }
        // Left over from a crash while a generation was begun or dropped.
        for (ColumnFamilyHandle alone : values.values()) {
            drop(alone);
        }
        generations = List.copyOf(existing);
    }

    private static SortedMap<Long, ColumnFamilyHandle> startingWith(
            String prefix, Collection<ColumnFamilyHandle> families) throws RocksDBException {
        SortedMap<Long, ColumnFamilyHandle> byBegin = new TreeMap<>();
        for (ColumnFamilyHandle family : families) {
            String name = new String(family.getName(), US_ASCII);
            if (name.startsWith(prefix)) {
                byBegin.put(Long.parseLong(name.substring(prefix.length())), family);
            }
        }
        return byBegin;
    }

    /** Whether a column family of this name was written in a form that is not read any more. */
    static boolean isOfFormerForm(byte[] name) {
        return new String(name, US_ASCII).startsWith(FORMER_VALUES);
    }

    /** Whether a column family of this name holds values that stand apart. */
    static boolean holdsValues(byte[] name) {
        return new String(name, US_ASCII).startsWith(VALUES);
    }

    /** The generations to read, oldest first. */
    List<Generation> all() {
        return generations;
    }

    /** The generation to write to. */
    Generation newest() {
        return generations.get(generations.size() - 1);
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
            Generation oldest = generations.get(0);
            generations = generations.subList(1, generations.size());
            drop(oldest.rows());
            drop(oldest.values());
        }
    }

    private boolean isBeginDue(long nowMs) {
        return generations.isEmpty() || nowMs - newest().begunMs() >= retentionMs;
    }

    private boolean isDropDue(long nowMs) {
        if (generations.size() < 2) {
            return false;
        }
        long lastWrittenMs = generations.get(1).begunMs();
        return nowMs - lastWrittenMs >= retentionMs;
    }

    private void begin(long nowMs) throws RocksDBException {
        ColumnFamilyHandle values = create(VALUES + nowMs, valueOptions);
        ColumnFamilyHandle rows = create(ROWS + nowMs, rowOptions);
        if (!generations.isEmpty()) {
            // Its last cells would keep the write-ahead log from being deleted.
            try (FlushOptions inBackground = new FlushOptions().setWaitForFlush(false)) {
                database.flush(inBackground, List.of(newest().rows(), newest().values()));
            }
        }
        List<Generation> more = new ArrayList<>(generations);
        more.add(new Generation(nowMs, rows, values));
        generations = List.copyOf(more);
    }

    private ColumnFamilyHandle create(String name, ColumnFamilyOptions options) throws RocksDBException {
        return database.createColumnFamily(new ColumnFamilyDescriptor(name.getBytes(US_ASCII), options));
    }

    private void drop(ColumnFamilyHandle family) throws RocksDBException {
        try (family) {
            database.dropColumnFamily(family);
        }
    }

    @Override
    public void close() {
        for (Generation generation : generations) {
            generation.rows().close();
            generation.values().close();
        }
        generations = List.of();
    }
}
