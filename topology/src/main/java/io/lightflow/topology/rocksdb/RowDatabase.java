package io.lightflow.topology.rocksdb;

import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * An open RocksDB with one value per row that grows by appending cells.
 *
 * <p>Thread-safe. Reads and writes run at once; to close, and to begin or drop a generation, waits for them, for
 * RocksDB must not be called through a closed handle.
 */
final class RowDatabase implements AutoCloseable {
    private static final Comparator<Asked> BY_ROW = (a, b) -> Arrays.compareUnsigned(a.range.row(), b.range.row());

    /** A range and its place in the answer. */
    private record Asked(RowRange range, int index) {}

    private final Path directory;
    private final InstantSource clock;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Queue<Lookup> idleLookups = new ConcurrentLinkedQueue<>();
    /** Closed from the last to the first. */
    private final Deque<AutoCloseable> resources;

    private final RocksDB database;
    private final Generations generations;
    private final ReadOptions readOptions;
    private final WriteOptions writeOptions;
    private boolean closed;

    private RowDatabase(
            Path directory,
            InstantSource clock,
            Deque<AutoCloseable> resources,
            RocksDB database,
            Generations generations,
            ReadOptions readOptions,
            WriteOptions writeOptions) {
        this.directory = directory;
        this.clock = clock;
        this.resources = resources;
        this.database = database;
        this.generations = generations;
        this.readOptions = readOptions;
        this.writeOptions = writeOptions;
    }

    /**
     * Opens the database, and makes it when the directory is absent or empty.
     *
     * @throws StoreOpenException if it is held by another process or cannot be read or made
     * @throws CorruptStoreException if its files are damaged
     */
    static RowDatabase open(RocksDbSettings settings, InstantSource clock) {
        RocksDB.loadLibrary();
        Path directory = settings.directory();
        Deque<AutoCloseable> resources = new ArrayDeque<>();
        try {
            Tuning tuning = new Tuning(settings, resources);
            DBOptions databaseOptions = tuning.databaseOptions();
            ColumnFamilyOptions rowOptions = tuning.rowOptions();
            List<ColumnFamilyHandle> found = new ArrayList<>();
            RocksDB database =
                    RocksDB.open(databaseOptions, directory.toString(), columnFamilies(directory, rowOptions), found);
            resources.push(database);
            resources.push(found.get(0)); // "default" always comes first, and is no generation
            Generations generations = new Generations(database, rowOptions, settings.retention(), found);
            resources.push(generations);
            generations.advance(clock.millis());
            return new RowDatabase(
                    directory,
                    clock,
                    resources,
                    database,
                    generations,
                    keep(resources, new ReadOptions()),
                    keep(resources, new WriteOptions().setSync(true)));
        } catch (RocksDBException e) {
            RuntimeException failure = Failures.onOpen(directory, e);
            closeAll(resources, failure);
            throw failure;
        } catch (RuntimeException e) {
            closeAll(resources, e);
            throw e;
        }
    }

    private static List<ColumnFamilyDescriptor> columnFamilies(Path directory, ColumnFamilyOptions rowOptions)
            throws RocksDBException {
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, rowOptions));
        if (Files.exists(directory.resolve("CURRENT"))) {
            try (Options options = new Options()) {
                for (byte[] name : RocksDB.listColumnFamilies(options, directory.toString())) {
                    if (!Arrays.equals(name, RocksDB.DEFAULT_COLUMN_FAMILY)) {
                        families.add(new ColumnFamilyDescriptor(name, rowOptions));
                    }
                }
            }
        }
        return families;
    }

    static <T extends AutoCloseable> T keep(Deque<AutoCloseable> resources, T resource) {
        resources.push(resource);
        return resource;
    }

    /** See {@link io.lightflow.store.JoinStore#read}. */
    List<Row> read(List<RowRange> ranges) {
        Asked[] asked = new Asked[ranges.size()];
        for (int i = 0; i < asked.length; i++) {
            asked[i] = new Asked(ranges.get(i), i);
        }
        Arrays.sort(asked, BY_ROW);
        Row[] answer = new Row[asked.length];
        Arrays.fill(answer, Row.ABSENT);
        lock.readLock().lock();
        try {
            requireOpen();
            Lookup lookup = idleLookups.poll();
            if (lookup == null) {
                lookup = new Lookup();
            }
            for (int from = 0; from < asked.length; ) {
                from = readSome(lookup, asked, from, answer);
            }
            idleLookups.add(lookup);
        } catch (RocksDBException e) {
            throw Failures.onUse(directory, "read", e.getStatus(), e);
        } finally {
            lock.readLock().unlock();
        }
        return List.of(answer);
    }

    /** Reads as many rows as fit in one call. Returns where the next call begins. */
    private int readSome(Lookup lookup, Asked[] asked, int from, Row[] answer) throws RocksDBException {
        List<ColumnFamilyHandle> toRead = generations.all();
        int capacity = Lookup.capacity(toRead);
        List<byte[]> rows = new ArrayList<>(capacity);
        int[] firstAsked = new int[capacity + 1];
        int next = from;
        while (next < asked.length) {
            boolean another = next == from || BY_ROW.compare(asked[next - 1], asked[next]) != 0;
            if (another) {
                if (rows.size() == capacity) {
                    break;
                }
                firstAsked[rows.size()] = next;
                rows.add(asked[next].range.row());
            }
            next++;
        }
        firstAsked[rows.size()] = next;
        lookup.read(database, readOptions, directory, toRead, rows, (index, row) -> {
            for (int i = firstAsked[index]; i < firstAsked[index + 1]; i++) {
                answer[asked[i].index] = row.range(asked[i].range.prefix());
            }
        });
        return next;
    }

    /** See {@link io.lightflow.store.JoinStore#write}. */
    void write(List<NewCell> cells) {
        advanceWhenDue();
        lock.readLock().lock();
        try (WriteBatch batch = new WriteBatch()) {
            requireOpen();
            if (cells.isEmpty()) {
                return;
            }
            ColumnFamilyHandle newest = generations.newest();
            for (NewCell cell : cells) {
                batch.merge(newest, cell.row(), RowCodec.encode(cell));
            }
            database.write(writeOptions, batch);
        } catch (RocksDBException e) {
            throw Failures.onUse(directory, "write", e.getStatus(), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void advanceWhenDue() {
        long nowMs = clock.millis();
        lock.readLock().lock();
        try {
            requireOpen();
            if (!generations.isAdvanceDue(nowMs)) {
                return;
            }
        } finally {
            lock.readLock().unlock();
        }
        lock.writeLock().lock();
        try {
            requireOpen();
            generations.advance(nowMs);
        } catch (RocksDBException e) {
            throw Failures.onUse(directory, "write", e.getStatus(), e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The RocksDB join store in " + directory + " is closed");
        }
    }

    /** Waits for the calls that are under way. */
    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            IllegalStateException failure =
                    new IllegalStateException("The RocksDB join store in " + directory + " did not close cleanly");
            closeAll(resources, failure);
            if (failure.getSuppressed().length > 0) {
                throw failure;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private static void closeAll(Deque<AutoCloseable> resources, RuntimeException failure) {
        while (!resources.isEmpty()) {
            try {
                resources.pop().close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }
}
