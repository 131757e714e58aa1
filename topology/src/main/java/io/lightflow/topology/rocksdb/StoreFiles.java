package io.lightflow.topology.rocksdb;

import io.lightflow.store.NewCell;
import io.lightflow.store.StoreAnswer;
import io.lightflow.store.StoreQuery;
import io.lightflow.store.StoreWrite;
import io.lightflow.topology.eventlog.EventLog;
import io.lightflow.topology.eventlog.EventLogDamagedException;
import io.lightflow.topology.eventlog.EventLogSettings;
import io.lightflow.topology.eventlog.LogPosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.rocksdb.DBOptions;

/**
 * The files of an open join store: RocksDB for rows, and an event log in the folder {@value #EVENTS}. A write reaches
 * the log first. So a row that tells of a write, such as its mark, implies the events.
 *
 * <p>Thread-safe.
 */
final class StoreFiles implements AutoCloseable {
    /** Folder of the event log in the directory of the store. */
    static final String EVENTS = "events";

    private final Path directory;
    private final RowDatabase rows;
    private final EventLog events;
    private final boolean wasEmpty;

    private StoreFiles(Path directory, RowDatabase rows, EventLog events) {
        this.directory = directory;
        this.rows = rows;
        this.events = events;
        this.wasEmpty = rows.wasEmpty() && events.isEmpty();
    }

    /**
     * Opens the files, and makes them when the directory is absent or empty.
     *
     * @throws StoreOpenException if they are held by another process or cannot be read or made
     * @throws CorruptStoreException if they are damaged
     */
    static StoreFiles open(RocksDbSettings settings, InstantSource clock) {
        return open(settings, clock, options -> {});
    }

    /** @param more adds to the options of the database */
    static StoreFiles open(RocksDbSettings settings, InstantSource clock, Consumer<DBOptions> more) {
        // RocksDB first: its lock keeps other processes out of the event log, too.
        RowDatabase rows = RowDatabase.open(settings, clock, more);
        Path directory = settings.directory();
        try {
            EventLogSettings log = new EventLogSettings(directory.resolve(EVENTS), settings.retention());
            return new StoreFiles(directory, rows, EventLog.open(log, rows.eventsAtOpen(), clock::millis));
        } catch (IOException e) {
            throw closing(
                    rows,
                    new StoreOpenException(
                            "Cannot open the event log of the RocksDB join store in " + directory + ": " + e
                                    + ". Check that the directory can be written, has free space, and holds nothing"
                                    + " else",
                            e));
        } catch (EventLogDamagedException e) {
            throw closing(rows, corrupt(directory, "open", e));
        } catch (RuntimeException e) {
            throw closing(rows, e);
        }
    }

    private static RuntimeException closing(RowDatabase rows, RuntimeException failure) {
        try {
            rows.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private static CorruptStoreException corrupt(Path directory, String action, EventLogDamagedException cause) {
        return new CorruptStoreException(
                "Cannot " + action + " the RocksDB join store in " + directory + ": its files are damaged ("
                        + cause.getMessage() + ")" + Failures.WAYS_OUT,
                cause);
    }

    private <T> T use(String action, Supplier<T> work) {
        try {
            return work.get();
        } catch (EventLogDamagedException e) {
            throw corrupt(directory, action, e);
        }
    }

    /** Whether there was neither a row nor an event when the files were opened. */
    boolean wasEmpty() {
        return wasEmpty;
    }

    /** See {@link io.lightflow.store.StoreReader#read}. */
    StoreAnswer read(int shard, StoreQuery query) {
        return use(
                "read",
                () -> new StoreAnswer(
                        rows.read(query.rows()),
                        events.find(shard, query.events()),
                        events.bounds(shard, query.days())));
    }

    /** See {@link io.lightflow.store.JoinStore#write}. */
    void write(List<StoreWrite> writes) {
        List<NewCell> cells = new ArrayList<>();
        writes.forEach(write -> cells.addAll(write.cells()));
        LogPosition end = use("write", () -> events.append(writes));
        if (!cells.isEmpty()) {
            rows.write(cells, end);
        }
    }

    /** See {@link RocksDbJoinStore#checkpoint}. The copy of the log is made last: it may be ahead of the rows. */
    void checkpoint(Path copy) {
        rows.checkpoint(copy);
        events.checkpoint(copy.resolve(EVENTS));
    }

    /** Size of all files. Those that are deleted meanwhile do not count. */
    long bytes() {
        long[] bytes = new long[1];
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    bytes[0] += attributes.size();
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("the size of the join store in " + directory + " cannot be read", e);
        }
        return bytes[0];
    }

    @Override
    public void close() {
        try {
            events.close();
        } catch (IOException e) {
            throw closing(
                    rows,
                    new IllegalStateException(
                            "The event log of the RocksDB join store in " + directory + " did not close cleanly", e));
        }
        rows.close();
    }
}
