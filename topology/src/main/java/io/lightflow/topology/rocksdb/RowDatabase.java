package io.lightflow.topology.rocksdb;

import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreUnavailableException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * An open RocksDB with one value per row that grows by appending cells. Large values of cells stand apart, on pages
 * with rising numbers: they are written one after the other, never rewritten by a compaction, and read only when they
 * are asked for.
 *
 * <p>Thread-safe. Reads and writes run at once; to close, and to begin or drop a generation, waits for them, for
 * RocksDB must not be called through a closed handle.
 */
final class RowDatabase implements AutoCloseable {
    private static final Comparator<Asked> BY_ROW = (a, b) -> Arrays.compareUnsigned(a.range.row(), b.range.row());

    /** A range and its place in the answer. */
    private static final class Asked {
        final RowRange range;
        final int index;

        Asked(RowRange range, int index) {
            this.range = range;
            this.index = index;
        }
    }

    private final Path directory;
    private final InstantSource clock;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Queue<Lookup> idleLookups = new ConcurrentLinkedQueue<>();
    private final Queue<CellBatch> idleBatches = new ConcurrentLinkedQueue<>();
    /** Closed from the last to the first. */
    private final Deque<AutoCloseable> resources;

    private final RocksDB database;
    private final Generations generations;
    private final ReadOptions readOptions;
    private final WriteOptions synced;
    private final WriteOptions laterSynced;
    private final AtomicLong nextPage;
    private final RowCache cache;
    private final boolean wasEmpty;
    private boolean closed;

    private RowDatabase(
            Path directory,
            InstantSource clock,
            Deque<AutoCloseable> resources,
            RocksDB database,
            Generations generations,
            ReadOptions readOptions,
            WriteOptions synced,
            WriteOptions laterSynced,
            long nextPage,
            RowCache cache,
            boolean wasEmpty) {
        this.directory = directory;
        this.clock = clock;
        this.resources = resources;
        this.database = database;
        this.generations = generations;
        this.readOptions = readOptions;
        this.synced = synced;
        this.laterSynced = laterSynced;
        this.nextPage = new AtomicLong(nextPage);
        this.cache = cache;
        this.wasEmpty = wasEmpty;
    }

    /**
     * Opens the database, and makes it when the directory is absent or empty.
     *
     * @throws StoreOpenException if it is held by another process or cannot be read or made
     * @throws CorruptStoreException if its files are damaged
     */
    static RowDatabase open(RocksDbSettings settings, InstantSource clock) {
        return open(settings, clock, options -> {});
    }

    /** @param more adds to the options of the database */
    static RowDatabase open(RocksDbSettings settings, InstantSource clock, Consumer<DBOptions> more) {
        RocksDB.loadLibrary();
        Path directory = settings.directory();
        Deque<AutoCloseable> resources = new ArrayDeque<>();
        try {
            Tuning tuning = new Tuning(settings, resources);
            DBOptions databaseOptions = tuning.databaseOptions();
            more.accept(databaseOptions);
            List<ColumnFamilyHandle> found = new ArrayList<>();
            RocksDB database =
                    RocksDB.open(databaseOptions, directory.toString(), columnFamilies(directory, tuning), found);
            resources.push(database);
            resources.push(found.get(0)); // "default" always comes first, and is no generation
            Generations generations = new Generations(database, tuning, settings.retention(), found);
            resources.push(generations);
            generations.advance(clock.millis());
            return new RowDatabase(
                    directory,
                    clock,
                    resources,
                    database,
                    generations,
                    keep(resources, new ReadOptions()),
                    keep(resources, new WriteOptions().setSync(true)),
                    keep(resources, new WriteOptions()),
                    firstPage(database, generations.newest()),
                    new RowCache(settings.rowCacheMb()),
                    isEmpty(database, generations));
        } catch (RocksDBException e) {
            RuntimeException failure = Failures.onOpen(directory, e);
            closeAll(resources, failure);
            throw failure;
        } catch (RuntimeException e) {
            closeAll(resources, e);
            throw e;
        }
    }

    private static List<ColumnFamilyDescriptor> columnFamilies(Path directory, Tuning tuning) throws RocksDBException {
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, tuning.rowOptions()));
        if (Files.exists(directory.resolve("CURRENT"))) {
            try (Options options = new Options()) {
                for (byte[] name : RocksDB.listColumnFamilies(options, directory.toString())) {
                    if (Generations.isOfFormerForm(name)) {
                        throw new StoreOpenException(
                                "The RocksDB join store in " + directory
                                        + " was written by an earlier version, whose values"
                                        + " had a number each; expected pages of values. Go on with that version, or"
                                        + " move the directory away and fill a new store with: lightflow rebuild-store"
                                        + " --settings FILE",
                                null);
                    }
                    if (!Arrays.equals(name, RocksDB.DEFAULT_COLUMN_FAMILY)) {
                        families.add(new ColumnFamilyDescriptor(
                                name, Generations.holdsValues(name) ? tuning.valueOptions() : tuning.rowOptions()));
                    }
                }
            }
        }
        return families;
    }

    private static long firstPage(RocksDB database, Generation newest) throws RocksDBException {
        try (RocksIterator numbers = database.newIterator(newest.values())) {
            numbers.seekToLast();
            numbers.status();
            return numbers.isValid() ? ByteBuffer.wrap(numbers.key()).getLong() + 1 : 0;
        }
    }

    private static boolean isEmpty(RocksDB database, Generations generations) throws RocksDBException {
        for (Generation generation : generations.all()) {
            try (RocksIterator rows = database.newIterator(generation.rows())) {
                rows.seekToFirst();
                rows.status();
                if (rows.isValid()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether there was no row when the database was opened. */
    boolean wasEmpty() {
        return wasEmpty;
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
        Answer answer = new Answer(asked.length);
        lock.readLock().lock();
        try {
            requireOpen();
            int version = cache.version();
            int missing = answerFromCache(asked, answer);
            Arrays.sort(asked, 0, missing, BY_ROW);
            Lookup lookup = idleLookups.poll();
            if (lookup == null) {
                lookup = new Lookup(database, readOptions, directory);
            }
            for (int from = 0; from < missing; ) {
                from = readSome(lookup, asked, from, missing, version, answer);
            }
            answer.readValuesApart(lookup);
            idleLookups.add(lookup);
        } catch (RocksDBException e) {
            throw Failures.onUse(directory, "read", e.getStatus(), e);
        } finally {
            lock.readLock().unlock();
        }
        return answer.rows();
    }

    /** The asked rows that are in the cache are answered; the others are put at the front. Returns how many. */
    private int answerFromCache(Asked[] asked, Answer answer) {
        List<Generation> generations = this.generations.all();
        RowBytes row = new RowBytes();
        int missing = 0;
        for (Asked range : asked) {
            byte[] key = range.range.row();
            if (cache.get(key, row)) {
                answer(range, row, generations, answer);
            } else {
                asked[missing++] = range;
            }
        }
        return missing;
    }

    private void answer(Asked asked, RowBytes row, List<Generation> generations, Answer answer) {
        if (row.length() > 0) {
            answer.add(asked.index, asked.range, parse(asked.range.row(), row), generations, row.ends());
        }
    }

    private RowCodec.ParsedRow parse(byte[] key, RowBytes row) {
        try {
            return RowCodec.parse(row.bytes(), row.length());
        } catch (IllegalArgumentException e) {
            throw new CorruptStoreException(
                    "Cannot read row " + HexFormat.of().formatHex(key) + " (hexadecimal) of the RocksDB join store in "
                            + directory + ": its cells cannot be told apart, " + e.getMessage()
                            + Failures.WAYS_OUT,
                    e);
        }
    }

    /** Reads as many rows as fit in one call. Returns where the next call begins. */
    private int readSome(Lookup lookup, Asked[] asked, int from, int to, int version, Answer answer)
            throws RocksDBException {
        List<Generation> toRead = generations.all();
        int capacity = Lookup.capacity(toRead);
        List<byte[]> rows = new ArrayList<>(capacity);
        int[] firstAsked = new int[capacity + 1];
        int next = from;
        while (next < to) {
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
        lookup.readRows(toRead, rows, (index, row) -> {
            cache.put(version, rows.get(index), row);
            for (int i = firstAsked[index]; i < firstAsked[index + 1]; i++) {
                answer(asked[i], row, toRead, answer);
            }
        });
        return next;
    }

    /** See {@link io.lightflow.store.JoinStore#write}. */
    void write(List<NewCell> cells) {
        advanceWhenDue();

        lock.readLock().lock();
        try {
            requireOpen();
            CellBatch batch = idleBatches.poll();
            if (batch == null) {
                batch = new CellBatch(nextPage);
            }
            for (int from = 0; from < cells.size(); from += CellBatch.MOST_CELLS) {
                int to = Math.min(cells.size(), from + CellBatch.MOST_CELLS);
                batch.begin(cells.subList(from, to), generations.newest());
                // The last one's sync is also for those before it.
                write(batch, to < cells.size() ? laterSynced : synced);
            }
            idleBatches.add(batch);
        } catch (RocksDBException e) {
            throw Failures.onUse(directory, "write", e.getStatus(), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void write(CellBatch batch, WriteOptions options) throws RocksDBException {
        cache.changes();
        boolean written = false;
        try (WriteBatch serialized = new WriteBatch(batch.toWriteBatch())) {
            database.write(options, serialized);
            written = true;
        } finally {
            cache.changes();
            if (written) {
                batch.appendTo(cache);
            } else {
                batch.removeFrom(cache);
            }
        }
    }

    /**
     * Makes a copy of everything that was written before this call, by hard links where the file system has them.
     *
     * @param copy a directory that does not exist, in one that does
     */
    void checkpoint(Path copy) {
        lock.readLock().lock();
        try {
            requireOpen();
            try (Checkpoint checkpoint = Checkpoint.create(database)) {
                checkpoint.createCheckpoint(copy.toString());
            }
        } catch (RocksDBException e) {
            throw new StoreUnavailableException(
                    "Cannot copy the RocksDB join store in " + directory + " to " + copy + ": " + e.getMessage(), e);
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
            cache.clear();
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
            cache.release();
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
