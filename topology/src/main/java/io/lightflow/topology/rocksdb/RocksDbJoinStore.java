package io.lightflow.topology.rocksdb;

import io.lightflow.store.JoinStore;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import io.lightflow.time.Durations;
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
 * most absent rows. Impressions and tags are in an {@link io.lightflow.topology.eventlog.EventLog}, whose filters tell
 * in memory that an id is new. Each {@link #write} ends with one sync of the log, if it has events, and one of
 * RocksDB's write-ahead log. Thread-safe.
 */
public final class RocksDbJoinStore implements JoinStore {
    private static final Map<Path, Shared> OPEN = new HashMap<>();

    /** Guarded by {@link #OPEN}. */
    private static final class Shared {
        final RocksDbSettings settings;
        final StoreFiles files;
        int users;

        Shared(RocksDbSettings settings, StoreFiles files) {
            this.settings = settings;
            this.files = files;
        }
    }

    private final Path realDirectory;
    private final StoreFiles files;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RocksDbJoinStore(Path realDirectory, StoreFiles files) {
        this.realDirectory = realDirectory;
        this.files = files;
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
                shared = new Shared(settings, StoreFiles.open(settings, clock));
                OPEN.put(directory, shared);
            } else if (!shared.settings.retention().equals(settings.retention())
                    || shared.settings.blockCacheMb() != settings.blockCacheMb()) {
                throw new IllegalArgumentException("The RocksDB join store in " + directory
                        + " is open in this process with other settings: found " + described(shared.settings)
                        + ", asked for " + described(settings)
                        + ". Tasks of one process share it, so give them the same settings");
            }
            shared.users++;
            return new RocksDbJoinStore(directory, shared.files);
        }
    }

    private static String described(RocksDbSettings settings) {
        return "a retention of " + Durations.format(settings.retention()) + " and a block cache of "
                + settings.blockCacheMb() + " MB";
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

    /** {@inheritDoc} Its reads throw {@link CorruptStoreException} if what they read is damaged. */
    @Override
    public StoreReader reader(int shard) {
        return query -> {
            requireOpen();
            return files.read(shard, query);
        };
    }

    /** {@inheritDoc} @throws CorruptStoreException if the files are damaged */
    @Override
    public void write(List<StoreWrite> writes) {
        requireOpen();
        files.write(writes);
    }

    /**
     * Makes a copy of the open store in a new directory. It holds everything whose {@link #write} ended before this
     * call.
     *
     * @throws io.lightflow.store.StoreUnavailableException if it cannot be made
     */
    public void checkpoint(Path copy) {
        requireOpen();
        files.checkpoint(copy);
    }

    /** Whether the store held nothing when this process opened it. */
    public boolean wasEmpty() {
        return files.wasEmpty();
    }

    /** Size of the files on disk. */
    public long bytes() {
        return files.bytes();
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
                shared.files.close();
            }
        }
    }
}
