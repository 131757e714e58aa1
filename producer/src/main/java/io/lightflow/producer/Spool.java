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
 * Events in files, in the order in which they were taken, until they are acknowledged. A position counts the bytes of
 * all frames that the spool ever held; a file begins at the position that it is named by.
 *
 * <ol type="a">
 *   <li>When {@code append} returns, the event's bytes are with the operating system: the end of the process loses
 *       nothing.
 *   <li>{@code acknowledged} never passes an event that Kafka has not acknowledged, and nothing at or behind it is
 *       deleted.
 *   <li>What is not whole at the end of the last file was never forced to the disk: it came within the last moments
 *       before the machine stopped.
 * </ol>
 *
 * <p>Thread-safe; {@code acknowledge} is called by one thread at a time.
 */
final class Spool {
    static final int SEGMENT_BYTES = 16 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
    private static final String MARK = "acknowledged";
    private static final String LOCK = "lock";
    private static final String SET_ASIDE = "set-aside";
    private static final int MARK_BYTES = 12;

    private final Path directory;
    private final long maxBytes;
    private final int segmentBytes;
    private final ReentrantLock appending = new ReentrantLock();
    private final ReentrantLock forcing = new ReentrantLock();
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private ByteBuffer frame = ByteBuffer.allocate(4096);
    private FileChannel lockChannel;
    private RandomAccessFile markFile;
    private volatile Segment active;
    private volatile long acknowledged;
    private volatile long forced;
    private long marked = -1;
    private long endAtLastForce;

    private Spool(Path directory, long maxBytes, int segmentBytes) {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.segmentBytes = segmentBytes;
    }

    /**
     * Opens a spool, with what an earlier process has left in it.
     *
     * @param leftOver is told how many events that are
     * @throws SpoolException if the directory cannot be used, or is in use
     */
    static Spool open(Path directory, long maxBytes, int segmentBytes, Counters leftOver) {
        Spool spool = new Spool(directory, maxBytes, segmentBytes);
        try {
            Files.createDirectories(directory);
            spool.lock();
            spool.recover(leftOver);
        } catch (IOException e) {
            spool.closeAfter(e);
            throw new SpoolException("The spool in " + directory + " cannot be opened: " + e, e);
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
                    "expected nobody to use it, found it locked. Give every process a directory of its own");
        }
    }

    private void recover(Counters leftOver) throws IOException {
        markFile = new RandomAccessFile(directory.resolve(MARK).toFile(), "rw");
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.getFileName().toString().endsWith(Segment.SUFFIX))
                    .sorted()
                    .toList();
        }
        long mark = readMark();
        long end = mark;
        for (int i = 0; i < files.size(); i++) {
            Segment segment = Segment.open(files.get(i));
            SegmentScan scan = SegmentScan.of(segment, mark);
            if (scan.wholeBytes() < segment.length()) {
                if (i == files.size() - 1) {
                    cutOffTornEnd(segment, scan);
                } else {
                    setAsideDamage(segment, scan);
                }
            }
            leftOver.leftOver.add(scan.events());
            segments.put(segment.base, segment);
            end = Math.max(end, segment.end());
        }
        acknowledged = mark;
        // What a killed process has left may still be in memory only.
        forced = mark;
        endAtLastForce = end;
        begin(end);
        deleteAcknowledged();
    }

    private static void cutOffTornEnd(Segment segment, SegmentScan scan) throws IOException {
        LOG.warn(
                "{} has a torn end: its last {} bytes were never forced to the disk, and are cut off",
                segment.file(),
                segment.length() - scan.wholeBytes());
        segment.truncate(scan.wholeBytes());
    }

    private static void setAsideDamage(Segment segment, SegmentScan scan) throws IOException {
        Path copy = segment.file().resolveSibling(segment.file().getFileName() + ".damaged");
        Files.copy(segment.file(), copy, StandardCopyOption.REPLACE_EXISTING);
        LOG.error(
                "{} is damaged at byte {}: what follows in it, {} bytes, is not sent. It is kept as {}",
                segment.file(),
                scan.wholeBytes(),
                segment.length() - scan.wholeBytes(),
                copy);
        segment.truncate(scan.wholeBytes());
    }

    /** A mark that cannot be read only makes more events be sent again. */
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
     * Takes an event; returns the position behind it.
     *
     * @throws SpoolFullException if there is no room for it
     * @throws IOException if it cannot be written
     */
    long append(Outgoing event) throws IOException {
        appending.lock();
        try {
            int length = Frame.length(event);
            if (active.end() + length - acknowledged > maxBytes) {
                throw new SpoolFullException(directory, maxBytes);
            }
            if (active.length() > 0 && active.length() + length > segmentBytes) {
                begin(active.end());
            }
            if (frame.capacity() < length) {
                frame = ByteBuffer.allocate(length * 2);
            }
            frame.clear();
            Frame.write(event, frame);
            active.append(frame.array(), length);
            return active.end();
        } finally {
            appending.unlock();
        }
    }

    private void begin(long base) throws IOException {
        Segment there = segments.get(base);
        if (there != null) {
            active = there;
            return;
        }
        Segment segment = Segment.create(directory, base);
        flushDirectory();
        segments.put(base, segment);
        active = segment;
    }

    /** Also when the thread is interrupted, which would end it halfway. */
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

    /**
     * The file that holds the position or, if there is nothing at it, the next one that has something; null if there is
     * none.
     */
    Segment segmentFor(long position) {
        Map.Entry<Long, Segment> entry = segments.floorEntry(position);
        if (entry != null && position < entry.getValue().end()) {
            return entry.getValue();
        }
        entry = segments.higherEntry(position);
        return entry == null || entry.getValue().length() == 0 ? null : entry.getValue();
    }

    /** Everything before this position has been acknowledged. */
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
        return segments.values().stream().mapToLong(Segment::length).sum();
    }

    /** Forces to the disk what stands up to this position. Threads that come together share one forcing. */
    void force(long position) throws IOException {
        if (forced >= position) {
            return;
        }
        forcing.lock();
        try {
            if (forced < position) {
                long end = active.end();
                for (Segment segment : segments.values()) {
                    if (segment.end() > forced) {
                        segment.force();
                    }
                }
                forced = end;
            }
        } finally {
            forcing.unlock();
        }
    }

    /** Forces to the disk what was there at the last call already and has not been acknowledged since. */
    void forceWhatWaits() throws IOException {
        if (acknowledged < endAtLastForce) {
            force(endAtLastForce);
        }
        endAtLastForce = end();
    }

    /** Notes what has been acknowledged, and deletes the files that hold nothing else. */
    void deleteAcknowledged() throws IOException {
        long position = acknowledged;
        if (position != marked) {
            ByteBuffer bytes = ByteBuffer.allocate(MARK_BYTES);
            bytes.putLong(0, position).putInt(8, checksum(position));
            markFile.seek(0);
            markFile.write(bytes.array());
            marked = position;
        }
        forcing.lock();
        try {
            for (Segment segment : segments.values()) {
                if (segment == active || segment.end() > position) {
                    break;
                }
                segments.remove(segment.base);
                segment.delete();
            }
        } finally {
            forcing.unlock();
        }
    }

    /** Keeps an event that Kafka refuses for good, in a file that nobody reads by himself. */
    void setAside(Outgoing event) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Frame.length(event));
        Frame.write(event, bytes);
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
    }

    private void release() throws IOException {
        for (Segment segment : segments.values()) {
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
