package io.lightflow.topology.rocksdb;

import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A join store in a directory of this machine, for topologies that run in one process. Every task of the process
 * acquires its own, and all that name the same directory share one RocksDB, which closes with the last of them.
 *
 * <p>Rows are one value each that grows by appending, so that a row is one look-up, which a Bloom filter answers for
 * most absent rows; each {@link #write} ends with one sync of the write-ahead log. Large values stand apart from their
 * rows, some on each page, and the rows read or written last are kept outside the heap: an event of the join takes 4.4
 * us CPU to read and 4.3 to write, where rows with everything in them and no cache took 16.6 and 4.1
 * (JoinStoreBenchmark, 2 cores). Thread-safe.
 */
public final class RocksDbJoinStore implements JoinStore {
    private static final Map<Path, Shared> OPEN = new HashMap<>();

    /** Guarded by {@link #OPEN}. */
    private static final class Shared {
        final RocksDbSettings settings;
        final RowDatabase database;
        int users;

        Shared(RocksDbSettings settings, RowDatabase database) {
            this.settings = settings;
            this.database = database;
        }
    }

    private final Path realDirectory;
    private final RowDatabase database;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RocksDbJoinStore(Path realDirectory, RowDatabase database) {
        this.realDirectory = realDirectory;
        this.database = database;
    }

    /**
     * Opens the store, or joins those of this process that have it open. To be closed by whoever acquired it.
     *
     * @throws StoreOpenException if another process holds the directory, or it cannot be read or made
     * @throws CorruptStoreException if its files are damaged
     * @throws IllegalArgumentException if it is open in this process with other settings
     */
    public static RocksDbJoinStore acquire(RocksDbSettings settings) {
        return acquire(settings, InstantSource.system());
    }

    /** @param clock says how old cells are; the first to open the store decides */
    static RocksDbJoinStore acquire(RocksDbSettings settings, InstantSource clock) {
        Path directory = realDirectory(settings.directory());
        synchronized (OPEN) {
            Shared shared = OPEN.get(directory);
            if (shared == null) {
                shared = new Shared(settings, RowDatabase.open(settings, clock));
                OPEN.put(directory, shared);
            } else if (!shared.settings.retention().equals(settings.retention())
                    || shared.settings.blockCacheMb() != settings.blockCacheMb()
                    || shared.settings.rowCacheMb() != settings.rowCacheMb()) {
                throw new IllegalArgumentException("The RocksDB join store in " + directory
                        + " is open in this process with other settings: found " + shared.settings + ", asked for "
                        + settings + ". Tasks of one process share it, so give them the same settings");
            }
            shared.users++;
            return new RocksDbJoinStore(directory, shared.database);
        }
    }

    private static Path realDirectory(Path directory) {
        try {
            return Files.createDirectories(directory).toRealPath();
        } catch (IOException e) {
            throw new StoreOpenException(
                    "Cannot make the directory " + directory + " of the RocksDB join store: " + e
                            + ". Check that it can be written, or name another one",
                    e);
        }
    }

    /** {@inheritDoc} @throws CorruptStoreException if a row is damaged */
    @Override
    public List<Row> read(List<RowRange> ranges) {
        requireOpen();
        return database.read(ranges);
    }

    /** {@inheritDoc} @throws CorruptStoreException if the files are damaged */
    @Override
    public void write(List<NewCell> cells) {
        requireOpen();
        database.write(cells);
    }

    /**
     * Makes a copy of the open store in a new directory. It holds every cell whose {@link #write} ended before this
     * call.
     *
     * @throws io.lightflow.store.StoreUnavailableException if it cannot be made
     */
    public void checkpoint(Path copy) {
        requireOpen();
        database.checkpoint(copy);
    }

    /** Whether the store held no row when this process opened it. */
    public boolean wasEmpty() {
        return database.wasEmpty();
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("This RocksDB join store in " + realDirectory + " is closed");
        }
    }

    /** Waits for the calls that are under way if nobody else of this process has the store open. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        synchronized (OPEN) {
            Shared shared = OPEN.get(realDirectory);
            shared.users--;
            if (shared.users == 0) {
                OPEN.remove(realDirectory);
                shared.database.close();
            }
        }
    }
}
