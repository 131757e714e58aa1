package io.lightflow.topology.rocksdb;

import io.lightflow.store.Cell;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.topology.eventlog.LogPosition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
 * An open RocksDB with one value per row that grows by appending cells. It also remembers where the event log ended
 * when it was last written to: so a log that has lost its end does not pass for a whole one.
 *
 * <p>Thread-safe. Reads and writes run at once; to close, and to begin or drop a generation, waits for them, for
 * RocksDB must not be called through a closed handle.
 */
final class RowDatabase implements AutoCloseable {
    private static final Comparator<Asked> BY_ROW = (a, b) -> Arrays.compareUnsigned(a.range.row(), b.range.row());

    private static final byte[] EVENTS_KEY = "event-log".getBytes(StandardCharsets.US_ASCII);

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
    private final ColumnFamilyHandle defaultFamily;
    private final LogPosition eventsAtOpen;
    private final RowHashes hashes = new RowHashes();
    /** Replaced when a generation is dropped, while nobody reads or writes. */
    private volatile RowScan scan;

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
            ColumnFamilyHandle defaultFamily,
            LogPosition eventsAtOpen,
            boolean wasEmpty) {
        this.directory = directory;
        this.clock = clock;
        this.resources = resources;
        this.database = database;
        this.generations = generations;
        this.readOptions = readOptions;
        this.synced = synced;
        this.laterSynced = laterSynced;
        this.defaultFamily = defaultFamily;
        this.eventsAtOpen = eventsAtOpen;
        this.wasEmpty = wasEmpty;
    }

    /** What is written from now on is added to the hashes before, and what was written before is scanned. */
    private void beginScan() {
        scan = new RowScan(database, hashes, lock.readLock());
        scan.begin(generations.all());
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
            RowDatabase opened = new RowDatabase(
                    directory,
                    clock,
                    resources,
                    database,
                    generations,
                    keep(resources, new ReadOptions()),
                    keep(resources, new WriteOptions().setSync(true)),
                    keep(resources, new WriteOptions()),
                    found.get(0),
                    eventsAtOpen(database),
                    isEmpty(database, generations));
            opened.beginScan();
            return opened;
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
                        throw formerForm(directory);
                    }
                    if (!Arrays.equals(name, RocksDB.DEFAULT_COLUMN_FAMILY)) {
                        families.add(new ColumnFamilyDescriptor(name, tuning.rowOptions()));
                    }
                }
            }
        }
        return families;
    }

    private static StoreOpenException formerForm(Path directory) {
        return new StoreOpenException(
                "The RocksDB join store in " + directory
                        + " was written by an earlier version, which kept impressions in rows; expected an event log."
                        + " Go on with that version, or move the directory away and fill a new store with:"
                        + " lightflow rebuild-store --settings FILE",
                null);
    }

    private static LogPosition eventsAtOpen(RocksDB database) throws RocksDBException {
        byte[] position = database.get(EVENTS_KEY);
        if (position == null) {
            return LogPosition.NONE;
        }
        ByteBuffer numbers = ByteBuffer.wrap(position);
        return new LogPosition(numbers.getLong(), numbers.getLong());
    }

    private static byte[] encode(LogPosition position) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(position.segment())
                .putLong(position.length())
                .array();
    }

    private static boolean isEmpty(RocksDB database, Generations generations) throws RocksDBException {
        for (ColumnFamilyHandle generation : generations.all()) {
            try (RocksIterator rows = database.newIterator(generation)) {
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

    /** Where the event log ended at the last write that this database has; it may have grown since. */
    LogPosition eventsAtOpen() {
        return eventsAtOpen;
    }

    static <T extends AutoCloseable> T keep(Deque<AutoCloseable> resources, T resource) {
        resources.push(resource);
        return resource;
    }

    /** Returns the cells of each range, by ascending key. */
    List<List<Cell>> read(List<RowRange> ranges) {
        List<List<Cell>> answer = new ArrayList<>(Collections.nCopies(ranges.size(), List.of()));
        if (ranges.isEmpty()) {
            return answer;
        }
        Asked[] asked = possible(ranges);
        Arrays.sort(asked, BY_ROW);
        lock.readLock().lock();
        try {
            requireOpen();
            Lookup lookup = idleLookups.poll();
            if (lookup == null) {
                lookup = new Lookup(database, readOptions, directory);
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
        return answer;
    }

    /** The ranges whose rows may exist. */
    private Asked[] possible(List<RowRange> ranges) {
        byte[][] rows = new byte[ranges.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = ranges.get(i).row();
        }
        boolean[] possible = hashes.mayExist(rows);
        Asked[] asked = new Asked[rows.length];
        int count = 0;
        for (int i = 0; i < rows.length; i++) {
            if (possible[i]) {
                asked[count++] = new Asked(ranges.get(i), i);
            }
        }
        return Arrays.copyOf(asked, count);
    }

    private static List<Cell> cells(List<RowCodec.Slot> slots) {
        return slots.stream().map(slot -> new Cell(slot.key(), slot.value())).toList();
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
    private int readSome(Lookup lookup, Asked[] asked, int from, List<List<Cell>> answer) throws RocksDBException {
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
        lookup.readRows(toRead, rows, (index, row) -> {
            if (row.length() > 0) {
                RowCodec.ParsedRow parsed = parse(rows.get(index), row);
                for (int i = firstAsked[index]; i < firstAsked[index + 1]; i++) {
                    answer.set(asked[i].index, cells(parsed.range(asked[i].range.prefix())));
                }
            }
        });
        return next;
    }

    /**
     * Adds the cells, durably.
     *
     * @param events where the event log ends, durably
     */
    void write(List<NewCell> cells, LogPosition events) {
        advanceWhenDue();
        lock.readLock().lock();
        try {
            requireOpen();
            hashes.add(cells.stream().map(NewCell::row).toArray(byte[][]::new), cells.size());
            CellBatch batch = idleBatches.poll();
            if (batch == null) {
                batch = new CellBatch();
            }
            for (int from = 0; from < cells.size(); from += CellBatch.MOST_CELLS) {
                int to = Math.min(cells.size(), from + CellBatch.MOST_CELLS);
                batch.begin(cells.subList(from, to), generations.newest());
                if (to < cells.size()) {
                    write(batch, laterSynced);
                } else {
                    batch.put(defaultFamily, EVENTS_KEY, encode(events));
                    write(batch, synced); // also for those before it
                }
            }
            idleBatches.add(batch);
        } catch (RocksDBException e) {
            throw Failures.onUse(directory, "write", e.getStatus(), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void write(CellBatch batch, WriteOptions options) throws RocksDBException {
        try (WriteBatch serialized = new WriteBatch(batch.toWriteBatch())) {
            database.write(options, serialized);
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
            if (generations.advance(nowMs)) {
                scan.end();
                hashes.clear();
                beginScan();
            }
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
        scan.end(); // it holds the lock
        lock.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            scan.end(); // of one that was begun meanwhile
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
