package io.lightflow.topology.eventlog;

import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.store.StoreWrite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/**
 * Impressions and tags in an append-only log on disk, found by id, by join key and by day. To tell that an id is new
 * takes some look-ups in memory, however many events its join key has; only events that are there are read from disk.
 *
 * <p>The log is a row of segments, see {@link SegmentFile}. The index of the last ones is on the heap, see
 * {@link OpenIndex}. Full segments are sealed: their index is a file, see {@link SealedIndex}, and neighboring ones are
 * merged. Segments are dropped whole, once the retention has passed since they were full.
 *
 * <p>Thread-safe. Appends take turns, and reads run at once. A thread of its own seals and merges in the background.
 */
public final class EventLog implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 20;
    /** Days of a segment, so that an index of several has room for all. */
    private static final int MAX_SEGMENT_DAYS = 1 << 12;
    /** Each may be of a day of its own, and an index has room for 65,536 days. */
    private static final int MAX_EVENTS_AT_ONCE = 1 << 15;

    private final EventLogSettings settings;
    private final EventHashing hashing;
    private final LongSupplier clockMs;
    private final LogMaintenance maintenance;
    /** Guards open indexes: one thread adds, or several read. */
    private final ReentrantReadWriteLock growing = new ReentrantReadWriteLock();

    private final Object appending = new Object();
    /** Guarded by {@link #appending}. */
    private final CRC32C crc = new CRC32C();
    /** Guarded by {@link #appending}. */
    private ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    /** Whether a write to the active segment has failed. Guarded by {@link #appending}. */
    private boolean failed;

    private volatile LogView view;
    private volatile boolean closed;

    private EventLog(EventLogSettings settings, EventHashing hashing, LongSupplier clockMs, LogView view) {
        this.settings = settings;
        this.hashing = hashing;
        this.clockMs = clockMs;
        this.view = view;
        this.maintenance = new LogMaintenance(settings, new LogMaintenance.Views() {
            @Override
            public LogView current() {
                return EventLog.this.view;
            }

            @Override
            public void update(UnaryOperator<LogView> change) {
                EventLog.this.update(change);
            }
        });
    }

    /**
     * Opens the log, and creates it when the directory is absent or empty. A torn end, which was never acknowledged, is
     * cut off.
     *
     * @param expected where the log ended when it was last heard of; it may have grown since
     * @param clockMs tells the time, ms since the Unix epoch
     * @throws EventLogDamagedException if something before that is missing or damaged
     */
    public static EventLog open(EventLogSettings settings, LogPosition expected, LongSupplier clockMs)
            throws IOException {
        return open(settings, expected, clockMs, EventHashing.MURMUR);
    }

    static EventLog open(EventLogSettings settings, LogPosition expected, LongSupplier clockMs, EventHashing hashing)
            throws IOException {
        LogView view = new LogRecovery(settings, hashing, expected).open(clockMs.getAsLong());
        EventLog log = new EventLog(settings, hashing, clockMs, view);
        log.maintenance.begin();
        return log;
    }

    /** The event cells of some writes, one after the other. */
    private record Appended(EventCell[] cells, int[] shards) {
        static Appended of(List<StoreWrite> writes) {
            int size = writes.stream().mapToInt(write -> write.events().size()).sum();
            Appended appended = new Appended(new EventCell[size], new int[size]);
            int i = 0;
            for (StoreWrite write : writes) {
                for (EventCell cell : write.events()) {
                    appended.cells[i] = cell;
                    appended.shards[i++] = write.shard();
                }
            }
            return appended;
        }

        int size() {
            return cells.length;
        }

        EventCell cell(int i) {
            return cells[i];
        }

        int shard(int i) {
            return shards[i];
        }
    }

    private synchronized void update(UnaryOperator<LogView> change) {
        view = change.apply(view);
    }

    /** Whether the log holds no event. */
    public boolean isEmpty() {
        LogView current = view;
        return current.sealed().isEmpty()
                && current.open().stream().allMatch(segment -> segment.index().size() == 0);
    }

    /**
     * Finds the cells of each query about a shard, in the order of the queries. A cell that was appended twice may
     * occur twice.
     *
     * @throws StoreUnavailableException if a file cannot be read now
     * @throws EventLogDamagedException if a file does not hold what was written
     */
    public List<List<EventCell>> find(int shard, List<EventQuery> queries) {
        requireOpen();
        return new EventLookup(hashing, shard).find(queries, view, growing.readLock());
    }

    /** Upper bounds of the number of events of each join key and day. */
    public int[] bounds(int shard, List<KeyDay> days) {
        requireOpen();
        return new EventLookup(hashing, shard).bounds(days, view, growing.readLock());
    }

    /**
     * Adds the event cells of the writes. On return they are on disk, and found. A call that fails may have added some
     * of them.
     *
     * @return where the log ends
     * @throws StoreUnavailableException if they cannot be written now
     */
    public LogPosition append(List<StoreWrite> writes) {
        synchronized (appending) {
            requireOpen();
            try {
                long nowMs = clockMs.getAsLong();
                maintenance.drop(nowMs);
                Appended cells = Appended.of(writes);
                int from = 0;
                while (from < cells.size()) {
                    rotateIfFull(nowMs);
                    from = appendSome(cells, from);
                }
                SegmentFile active = view.active().file();
                return new LogPosition(active.number(), active.length());
            } catch (IOException e) {
                throw new StoreUnavailableException(
                        "Cannot write the event log in " + settings.directory() + ": " + e
                                + ". It is tried again; if it lasts, check that the disk works and has free space",
                        e);
            }
        }
    }

    /** Appends as many as the active segment takes, at least one. Returns the first one that is left. */
    private int appendSome(Appended cells, int from) throws IOException {
        OpenSegment active = view.active();
        SegmentFile file = active.file();
        long start = file.length();
        int room = Math.max(
                1,
                Math.min(
                        MAX_EVENTS_AT_ONCE,
                        settings.maxSegmentEvents() - active.index().size()));
        int to = (int) Math.min(cells.size(), (long) from + room);
        int next = from;
        try {
            chunk.clear();
            while (next < to && (next == from || file.length() + chunk.position() < settings.maxSegmentBytes())) {
                EventCell cell = cells.cell(next);
                reserve(EventFrame.length(cells.shard(next), cell), file);
                EventFrame.encode(cells.shard(next), cell, chunk, crc);
                next++;
            }
            file.append(chunk.array(), chunk.position());
            file.force();
        } catch (IOException e) {
            failed = true;
            forget(file, start, e);
            throw e;
        }
        add(active.index(), cells, from, next, start);
        return next;
    }

    private void reserve(int bytes, SegmentFile file) throws IOException {
        if (chunk.remaining() < bytes) {
            file.append(chunk.array(), chunk.position());
            chunk.clear();
            if (chunk.capacity() < bytes) {
                chunk = ByteBuffer.allocate(bytes);
            }
        }
    }

    private static void forget(SegmentFile file, long length, IOException cause) {
        try {
            file.cut(length);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private void add(OpenIndex index, Appended cells, int from, int to, long start) {
        long offset = start;
        growing.writeLock().lock();
        try {
            for (int i = from; i < to; i++) {
                EventCell cell = cells.cell(i);
                int key = hashing.ofKey(cells.shard(i), cell.joinKey());
                index.add(EventHashing.combine(key, hashing.ofId(cell.type(), cell.id())), (int) offset, cell.time());
                offset += EventFrame.length(cells.shard(i), cell);
            }
        } finally {
            growing.writeLock().unlock();
        }
    }

    /** A segment whose write failed is left, too: its last bytes may be anything. */
    private void rotateIfFull(long nowMs) throws IOException {
        OpenSegment active = view.active();
        boolean full = active.index().size() >= settings.maxSegmentEvents()
                || active.file().length() >= settings.maxSegmentBytes()
                || active.index().distinctDays() >= MAX_SEGMENT_DAYS
                || active.index().size() > 0 && nowMs - active.file().begunMs() >= settings.maxSegmentSpanMs();
        if (!full && !failed) {
            return;
        }
        if (failed) {
            active.file().cut(active.file().length());
        }
        if (view.open().size() >= LogRecovery.MAX_OPEN_SEGMENTS) {
            maintenance.sealAll();
        }
        SegmentFile file = SegmentFile.create(
                settings.directory(),
                active.file().number() + 1,
                nowMs,
                active.file().length());
        active.file().endAppending();
        update(current -> current.withActive(new OpenSegment(file, new OpenIndex(settings.maxSegmentEvents()))));
        // Only now, or the background would seal the only open segment.
        active.end(nowMs);
        failed = false;
        maintenance.begin();
    }

    /**
     * Copies the log to a new directory, by hard links where the file system has them. Appends go on. The copy holds
     * everything whose {@link #append} returned before this call.
     */
    public void checkpoint(Path copy) {
        requireOpen();
        try {
            Files.createDirectories(copy);
            maintenance.whileFilesStay(current -> LogCopy.write(current, copy));
        } catch (IOException e) {
            throw new StoreUnavailableException(
                    "Cannot copy the event log in " + settings.directory() + " to " + copy + ": " + e, e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The event log in " + settings.directory() + " is closed");
        }
    }

    /** Waits for the append and the sealing that are under way. */
    @Override
    public void close() throws IOException {
        synchronized (appending) {
            if (closed) {
                return;
            }
            closed = true;
        }
        maintenance.close();
        for (SegmentFile file : view.files().values()) {
            file.close();
        }
    }
}
