package io.lightflow.producer;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final String MARK = "acknowledged";
    private static final String LOCK = "lock";
    private static final String SET_ASIDE = "set-aside";
    private static final String NEXT = "next";
    private static final int MARK_BYTES = 12;

    private final Path directory;
    private final long maxBytes;
    private final int segmentBytes;
    private final ReentrantLock appending = new ReentrantLock();
    private final ReentrantLock forcing = new ReentrantLock();
    private final ConcurrentSkipListMap<Long, SpoolSegment> segments = new ConcurrentSkipListMap<>();
    private ByteBuffer frame = ByteBuffer.allocate(4096);
    private final ZeroedFile zeros;
    private FileChannel lockChannel;
    private RandomAccessFile markFile;
    private volatile SpoolSegment active;
    /** Its end may never reach the disk; null if none failed. */
    private volatile SpoolSegment failed;

    private volatile long acknowledged;
    private volatile long forced;
    private long marked = -1;
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
        markFile = new RandomAccessFile(directory.resolve(MARK).toFile(), "rw");
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.getFileName().toString().endsWith(SpoolSegment.SUFFIX))
                    .sorted()
                    .toList();
        }
        long mark = readMark();
        long end = mark;
        for (int i = 0; i < files.size(); i++) {
            SpoolSegment segment = SpoolSegment.open(files.get(i));
            SegmentScan scan = SegmentScan.of(segment, mark);
            if (scan.wholeBytes() < segment.length()) {
                long next =
                        i == files.size() - 1 ? segment.base + scan.wholeBytes() : SpoolSegment.base(files.get(i + 1));
                if (scan.padded() && next == segment.base + scan.wholeBytes()) {
                    segment.truncate(scan.wholeBytes());
                } else if (i == files.size() - 1) {
                    truncateTornEnd(segment, scan);
                } else {
                    setAsideDamage(segment, scan);
                }
            }
            counters.recovered.add(scan.events());
            segments.put(segment.base, segment);
            end = Math.max(end, segment.end());
        }
        acknowledged = mark;
        // The files of a killed process may still be only in the page cache.
        forced = mark;
        endAtLastForce = end;
        begin(end);
        deleteAcknowledged();
    }

    private static void truncateTornEnd(SpoolSegment segment, SegmentScan scan) throws IOException {
        LOG.warn(
                "{} ends in an incomplete event: its last {} bytes were never forced to disk, and are truncated",
                segment.file(),
                segment.length() - scan.wholeBytes());
        segment.truncate(scan.wholeBytes());
    }

    private static void setAsideDamage(SpoolSegment segment, SegmentScan scan) throws IOException {
        Path copy = segment.file().resolveSibling(segment.file().getFileName() + ".damaged");
        Files.copy(segment.file(), copy, StandardCopyOption.REPLACE_EXISTING);
        LOG.error(
                "{} is damaged at byte {}: the remaining {} bytes are not sent. A copy is kept as {}",
                segment.file(),
                scan.wholeBytes(),
                segment.length() - scan.wholeBytes(),
                copy);
        segment.truncate(scan.wholeBytes());
    }

    /** Reads the acknowledged position. An unreadable mark only makes the spool resend more events. */
    private long readMark() throws IOException {
        if (markFile.length() < MARK_BYTES) {
            return 0;
        }
        ByteBuffer bytes = ByteBuffer.allocate(MARK_BYTES);
        markFile.seek(0);
        markFile.readFully(bytes.array());
        long position = bytes.getLong(0);
        return bytes.getInt(8) == checksum(position) ? position : 0;
    }

    private static int checksum(long position) {
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, position));
        return (int) checksum.getValue();
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
            int length = FrameCodec.length(event);
            if (active.end() + length - acknowledged > maxBytes) {
                throw new SpoolFullException(directory, maxBytes);
            }
            boolean full = active.length() > 0 && active.length() + length > segmentBytes;
            if (full || active == failed) {
                begin(active.end());
            }
            if (frame.capacity() < length) {
                frame = ByteBuffer.allocate(length * 2);
            }
            frame.clear();
            FrameCodec.write(event, frame);
            active.append(frame.array(), length);
            return active.end();
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
        return active.end();
    }

    void acknowledge(long position) {
        acknowledged = position;
    }

    long bytes() {
        return segments.values().stream().mapToLong(SpoolSegment::length).sum();
    }

    /** Forces everything before this position to disk. Concurrent callers share one call of {@code fsync}. */
    void force(long position) throws IOException {
        if (forced >= position) {
            return;
        }
        forcing.lock();
        try {
            if (forced < position) {
                long end = active.end();
                for (SpoolSegment segment : segments.values()) {
                    if (segment.end() > forced) {
                        force(segment);
                    }
                }
                forced = end;
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
        if (position != marked) {
            ByteBuffer bytes = ByteBuffer.allocate(MARK_BYTES);
            bytes.putLong(0, position).putInt(8, checksum(position));
            markFile.seek(0);
            markFile.write(bytes.array());
            marked = position;
        }
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
        if (markFile != null) {
            markFile.close();
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
