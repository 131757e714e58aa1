package io.lightflow.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;

/**
 * Keeps events in files, in the order of acceptance, until Kafka acknowledges them. A position counts the bytes of all
 * frames that the spool ever held. A file's name is the position at which it begins.
 *
 * <ol type="a">
 *   <li>When {@code append} returns, the operating system holds the event's bytes: the end of the process loses
 *       nothing.
 *   <li>{@code acknowledged} never passes an event that Kafka has not acknowledged, and nothing at or after it is
 *       deleted.
 *   <li>An incomplete frame at the end of the last file was never forced to disk: it was written just before the
 *       machine stopped.
 *   <li>No event follows one that could not be forced in the same file: recovery reads a file up to its first gap.
 *   <li>Zeros may follow the last event of a file: {@link #preallocate} writes files ahead, so that forcing an event
 *       changes nothing but data.
 * </ol>
 *
 * <p>Thread-safe; one thread at a time calls {@code acknowledge}.
 */
final class Spool {
    static final int SEGMENT_BYTES = 16 << 20;

    private static final String MARK = "acknowledged";
    private static final String LOCK = "lock";
    private static final String SET_ASIDE = "set-aside";
    private static final String NEXT = "next";
    /** Events in memory; with more, the caller writes them. */
    private static final int MAX_UNWRITTEN_BYTES = 256 << 10;

    private final Path directory;
    private final long maxBytes;
    private final int segmentBytes;
    private final ReentrantLock appending = new ReentrantLock();
    private final ReentrantLock forcing = new ReentrantLock();
    private final ConcurrentSkipListMap<Long, SpoolSegment> segments = new ConcurrentSkipListMap<>();
    /** Frames behind those of the active file, with the buffer's position behind the last; guarded by appending. */
    private ByteBuffer unwritten = ByteBuffer.allocate(16 << 10);

    private final ZeroedFile zeros;
    private FileChannel lockChannel;
    private SpoolMark mark;
    private volatile SpoolSegment active;
    /** Its end may never reach the disk; null if none failed. */
    private volatile SpoolSegment failed;

    /** Position behind the last event, written or not. */
    private volatile long end;

    private volatile long acknowledged;
    private volatile long forced;
    private long endAtLastForce;

    private Spool(Path directory, long maxBytes, int segmentBytes) {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.segmentBytes = segmentBytes;
        this.zeros = new ZeroedFile(directory.resolve(NEXT), segmentBytes);
    }

    /**
     * Opens a spool with the events that an earlier process left in it.
     *
     * @param counters receives the number of recovered events
     * @throws SpoolException if the directory is unusable or in use
     */
    static Spool open(Path directory, long maxBytes, int segmentBytes, DeliveryCounters counters) {
        Spool spool = new Spool(directory, maxBytes, segmentBytes);
        try {
            Files.createDirectories(directory);
            spool.lock();
            spool.recover(counters);
        } catch (IOException e) {
            spool.closeAfter(e);
            throw new SpoolException("Opening the spool in " + directory + " failed: " + e, e);
        }
        return spool;
    }

    private void lock() throws IOException {
        lockChannel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held;
        try {
            held = lockChannel.tryLock();
        } catch (OverlappingFileLockException e) {
            held = null;
        }
        if (held == null) {
            throw new IOException(
                    "expected it unlocked, found it locked by another process. Give every process its own directory");
        }
    }

    private void recover(DeliveryCounters counters) throws IOException {
        zeros.delete();
        mark = new SpoolMark(directory.resolve(MARK));
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.getFileName().toString().endsWith(SpoolSegment.SUFFIX))
                    .sorted()
                    .toList();
        }
        acknowledged = mark.read();
        end = acknowledged;
        for (int i = 0; i < files.size(); i++) {
            SpoolSegment segment = SpoolSegment.open(files.get(i));
            OptionalLong next =
                    i == files.size() - 1 ? OptionalLong.empty() : OptionalLong.of(SpoolSegment.base(files.get(i + 1)));
            counters.recovered.add(SegmentRecovery.recover(segment, next, acknowledged));
            segments.put(segment.base, segment);
            end = Math.max(end, segment.end());
        }
        // The files of a killed process may still be only in the page cache.
        forced = acknowledged;
        endAtLastForce = end;
        begin(end);
        deleteAcknowledged();
    }

    Path directory() {
        return directory;
    }

    /**
     * Appends an event and returns the position behind it.
     *
     * @throws SpoolFullException if there is no room for it
     * @throws IOException if writing fails
     */
    long append(OutgoingEvent event) throws IOException {
        appending.lock();
        try {
            long position = addFrame(event);
            try {
                write();
            } catch (IOException e) {
                int length = FrameCodec.length(event);
                unwritten.position(unwritten.position() - length);
                end -= length;
                throw e;
            }
            return position;
        } finally {
            appending.unlock();
        }
    }

    /**
     * Adds an event to those in memory and returns the position behind it: {@link #force} writes all of them at once.
     * Until then the end of the process loses it.
     *
     * @throws SpoolFullException if there is no room for it
     * @throws IOException if writing earlier events fails
     */
    long add(OutgoingEvent event) throws IOException {
        appending.lock();
        try {
            return addFrame(event);
        } finally {
            appending.unlock();
        }
    }

    private long addFrame(OutgoingEvent event) throws IOException {
        int length = FrameCodec.length(event);
        if (end + length - acknowledged > maxBytes) {
            throw new SpoolFullException(directory, maxBytes);
        }
        if (unwritten.position() + length > MAX_UNWRITTEN_BYTES) {
            write();
        }
        if (unwritten.remaining() < length) {
            unwritten = ByteBuffer.allocate(Math.max(unwritten.capacity() * 2, unwritten.position() + length))
                    .put(unwritten.flip());
        }
        FrameCodec.write(event, unwritten);
        end += length;
        return end;
    }

    /** Writes the events in memory. If that fails, they stay there, and the next attempt begins where they belong. */
    private void write() throws IOException {
        int length = unwritten.position();
        if (length == 0) {
            return;
        }
        boolean full = active.length() > 0 && active.length() + length > segmentBytes;
        if (full || active == failed) {
            begin(active.end());
        }
        active.append(unwritten.array(), length);
        unwritten.clear();
    }

    private void writeLocked() throws IOException {
        appending.lock();
        try {
            write();
        } finally {
            appending.unlock();
        }
    }

    private void begin(long base) throws IOException {
        SpoolSegment there = segments.get(base);
        if (there != null) {
            active = there;
            return;
        }
        Path ready = zeros.take();
        SpoolSegment segment =
                ready == null ? SpoolSegment.create(directory, base) : SpoolSegment.of(ready, directory, base);
        flushDirectory();
        segments.put(base, segment);
        active = segment;
    }

    /** Flushes the directory even if the thread is interrupted, which would otherwise abort the flush. */
    private void flushDirectory() throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try {
                    Utils.flushDir(directory);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Finds the file that holds the position or, failing that, the next non-empty one; null if there is none. */
    SpoolSegment segmentFor(long position) {
        Map.Entry<Long, SpoolSegment> entry = segments.floorEntry(position);
        if (entry != null && position < entry.getValue().end()) {
            return entry.getValue();
        }
        entry = segments.higherEntry(position);
        return entry == null || entry.getValue().length() == 0 ? null : entry.getValue();
    }

    /** Kafka has acknowledged everything before this position. */
    long acknowledged() {
        return acknowledged;
    }

    /** Position behind the last event. */
    long end() {
        return end;
    }

    void acknowledge(long position) {
        acknowledged = position;
    }

    long bytes() {
        return segments.values().stream().mapToLong(SpoolSegment::length).sum();
    }

    /**
     * Writes the events in memory, and forces everything before this position to disk. Concurrent callers share one
     * call of {@code fsync}.
     */
    void force(long position) throws IOException {
        if (forced >= position) {
            return;
        }
        forcing.lock();
        try {
            if (forced < position) {
                writeLocked();
                long written = active.end();
                for (SpoolSegment segment : segments.values()) {
                    if (segment.end() > forced) {
                        force(segment);
                    }
                }
                forced = written;
            }
        } finally {
            forcing.unlock();
        }
    }

    private void force(SpoolSegment segment) throws IOException {
        try {
            segment.force();
        } catch (IOException e) {
            failed = segment;
            throw e;
        }
    }

    /**
     * Writes a part of the next file ahead, and begins it once it is whole and the present one is not such a file. One
     * thread calls this repeatedly.
     */
    void preallocate() throws IOException {
        if (zeros.isWhole()) {
            beginPreallocated();
        } else {
            zeros.extend();
        }
    }

    private void beginPreallocated() throws IOException {
        if (!active.isPreallocated()) {
            appending.lock();
            try {
                if (active.length() > 0) {
                    begin(active.end());
                }
            } finally {
                appending.unlock();
            }
        }
    }

    /** Forces to disk what existed at the last call and is still unacknowledged. */
    void forceUnacknowledged() throws IOException {
        if (acknowledged < endAtLastForce) {
            force(endAtLastForce);
        }
        endAtLastForce = end();
    }

    /** Persists the acknowledged position, and deletes the files before it. */
    void deleteAcknowledged() throws IOException {
        long position = acknowledged;
        mark.write(position);
        List<SpoolSegment> done = new ArrayList<>();
        forcing.lock();
        try {
            for (SpoolSegment segment : segments.values()) {
                if (segment == active || segment.end() > position) {
                    break;
                }
                segments.remove(segment.base);
                done.add(segment);
            }
        } finally {
            forcing.unlock();
        }
        // Outside the lock: the file system takes its time to free a file.
        for (SpoolSegment segment : done) {
            segment.delete();
        }
    }

    /** Keeps an event that Kafka rejects permanently in a file for the operator. */
    void setAside(OutgoingEvent event) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(FrameCodec.length(event));
        FrameCodec.write(event, bytes);
        bytes.flip();
        try (FileChannel file =
                FileChannel.open(setAsideFile(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(false);
        }
    }

    Path setAsideFile() {
        return directory.resolve(SET_ASIDE);
    }

    void close() throws IOException {
        deleteAcknowledged();
        if (acknowledged < end()) {
            force(end());
        }
        release();
        zeros.delete();
    }

    private void release() throws IOException {
        for (SpoolSegment segment : segments.values()) {
            segment.close();
        }
        if (mark != null) {
            mark.close();
        }
        if (lockChannel != null) {
            lockChannel.close();
        }
    }

    private void closeAfter(IOException failure) {
        try {
            release();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
