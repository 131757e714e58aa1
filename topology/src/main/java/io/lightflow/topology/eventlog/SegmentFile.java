package io.lightflow.topology.eventlog;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The events of a log in the order of their arrival: a head, then one {@link EventFrame} after the other.
 *
 * <pre>
 * "LFEVENT1"                                    8
 * when it was begun, ms since the Unix epoch    8
 * length of the segment before it               8
 * CRC-32C of these                              4
 * </pre>
 *
 * A segment is forced to disk before its successor is created. So a part that is missing below the length which the
 * successor tells is damage, and not the torn end of a write.
 *
 * <p>Thread-safe: one appends while others read. It uses {@link RandomAccessFile}, since an interrupted thread would
 * close a channel for everybody.
 */
final class SegmentFile {
    static final int HEAD_BYTES = 28;
    static final String SUFFIX = ".log";

    private static final long MAGIC = 0x4c464556454e5431L;
    /** Most frames are shorter, so that one read gets a frame. */
    private static final int FIRST_READ_BYTES = 1024;

    private final Path path;
    private final long number;
    private final long begunMs;
    private final long previousLength;

    /** Used by the appending thread only; null unless it was created by this process. */
    private RandomAccessFile appender;

    private volatile long length;

    private final Object readLock = new Object();
    /** Opened by the first read. Guarded by {@link #readLock}. */
    private RandomAccessFile reader;
    /** Guarded by {@link #readLock}. */
    private boolean dropped;
    /** Guarded by {@link #readLock}. */
    private boolean closed;

    private final byte[] readBuffer = new byte[FIRST_READ_BYTES];
    private final CRC32C readCrc = new CRC32C();

    private SegmentFile(Path path, long number, long begunMs, long previousLength, long length) {
        this.path = path;
        this.number = number;
        this.begunMs = begunMs;
        this.previousLength = previousLength;
        this.length = length;
    }

    /** Takes the cells of a segment. */
    @FunctionalInterface
    interface FrameConsumer {
        void accept(EventFrame.StoredCell stored, int offset);
    }

    static Path path(Path directory, long number) {
        return directory.resolve("%012d".formatted(number) + SUFFIX);
    }

    /** Creates a segment, durably. */
    static SegmentFile create(Path directory, long number, long begunMs, long previousLength) throws IOException {
        Path path = path(directory, number);
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
        try {
            file.setLength(0);
            file.write(head(begunMs, previousLength));
            file.getFD().sync();
            forceDirectory(directory);
        } catch (IOException e) {
            file.close();
            throw e;
        }
        SegmentFile segment = new SegmentFile(path, number, begunMs, previousLength, HEAD_BYTES);
        segment.appender = file;
        return segment;
    }

    private static byte[] head(long begunMs, long previousLength) {
        ByteBuffer head =
                ByteBuffer.allocate(HEAD_BYTES).putLong(MAGIC).putLong(begunMs).putLong(previousLength);
        return head.putInt(headCrc(head)).array();
    }

    private static int headCrc(ByteBuffer head) {
        CRC32C crc = new CRC32C();
        crc.update(head.array(), 0, HEAD_BYTES - Integer.BYTES);
        return (int) crc.getValue();
    }

    /**
     * Opens a segment that exists.
     *
     * @return null if it has no whole head: the process ended while it created the file
     */
    static SegmentFile open(Path directory, long number) throws IOException {
        Path path = path(directory, number);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            if (file.length() < HEAD_BYTES) {
                return null;
            }
            ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
            file.readFully(head.array());
            if (head.getInt(HEAD_BYTES - Integer.BYTES) != headCrc(head) || head.getLong(0) != MAGIC) {
                return null;
            }
            return new SegmentFile(path, number, head.getLong(8), head.getLong(16), file.length());
        }
    }

    /** A segment that nothing is appended to any more. */
    static SegmentFile sealed(Path path, long number, long length) {
        return new SegmentFile(path, number, 0, 0, length);
    }

    /** Forces the names of the files of a directory to disk. */
    static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    Path path() {
        return path;
    }

    long number() {
        return number;
    }

    long begunMs() {
        return begunMs;
    }

    /** The length of the segment before this one, which was on disk when this one was created. */
    long previousLength() {
        return previousLength;
    }

    /** The bytes that are written; all of them are on disk once {@link #force} has returned. */
    long length() {
        return length;
    }

    /**
     * Overwrites what a failed call has left behind {@link #length}. The caller makes it durable with {@link #force}.
     */
    void append(byte[] bytes, int count) throws IOException {
        openAppender();
        appender.seek(length);
        appender.write(bytes, 0, count);
        length += count;
    }

    void force() throws IOException {
        openAppender();
        appender.getFD().sync();
    }

    /** Forgets what is behind a length, for a write that failed or a torn end. */
    void cut(long newLength) throws IOException {
        length = newLength;
        openAppender();
        appender.setLength(newLength);
        appender.getFD().sync();
    }

    private void openAppender() throws IOException {
        if (appender == null) {
            appender = new RandomAccessFile(path.toFile(), "rw");
        }
    }

    /** Closes what only the appending thread uses. */
    void endAppending() throws IOException {
        if (appender != null) {
            appender.close();
            appender = null;
        }
    }

    /**
     * Reads the cell whose frame begins at an offset.
     *
     * @return null if the segment was dropped
     * @throws EventLogDamagedException if there is no such frame
     */
    EventFrame.StoredCell read(int offset) throws IOException {
        synchronized (readLock) {
            if (dropped) {
                return null;
            }
            if (closed) {
                throw new IllegalStateException("the event log in " + path.getParent() + " is closed");
            }
            if (reader == null) {
                reader = new RandomAccessFile(path.toFile(), "r");
            }
            reader.seek(offset);
            int count = (int) Math.min(FIRST_READ_BYTES, length - offset);
            if (count < EventFrame.HEAD_BYTES) {
                throw damaged(offset, null);
            }
            byte[] frame = readBuffer;
            try {
                reader.readFully(frame, 0, count);
                int body = ByteBuffer.wrap(frame).getInt(0);
                int crc = ByteBuffer.wrap(frame).getInt(4);
                if (!EventFrame.isPossibleLength(body) || offset + (long) EventFrame.HEAD_BYTES + body > length) {
                    throw damaged(offset, null);
                }
                int frameBytes = EventFrame.HEAD_BYTES + body;
                if (frameBytes > count) {
                    frame = new byte[frameBytes];
                    System.arraycopy(readBuffer, 0, frame, 0, count);
                    reader.readFully(frame, count, frameBytes - count);
                }
                EventFrame.StoredCell cell = EventFrame.decode(frame, EventFrame.HEAD_BYTES, body, crc, readCrc);
                if (cell == null) {
                    throw damaged(offset, null);
                }
                return cell;
            } catch (EOFException e) {
                throw damaged(offset, e);
            }
        }
    }

    private EventLogDamagedException damaged(long offset, IOException cause) {
        return new EventLogDamagedException(
                "the event at byte " + offset + " of " + path + " is not what was written", cause);
    }

    /**
     * Reads all whole frames, and cuts off what follows the last one.
     *
     * @param expectedLength the segment was forced to disk up to there
     * @throws EventLogDamagedException if a frame before this length is damaged or missing
     */
    void recover(long expectedLength, FrameConsumer consumer) throws IOException {
        long end = HEAD_BYTES;
        CRC32C crc = new CRC32C();
        try (FrameScanner frames = new FrameScanner(path, HEAD_BYTES)) {
            while (frames.next()) {
                EventFrame.StoredCell cell =
                        EventFrame.decode(frames.bytes(), frames.bodyFrom(), frames.bodyLength(), frames.crc(), crc);
                if (cell == null) {
                    break;
                }
                consumer.accept(cell, (int) end);
                end += EventFrame.HEAD_BYTES + frames.bodyLength();
            }
        }
        if (end < expectedLength) {
            throw damaged(end, null);
        }
        if (end < length) {
            cut(end);
        }
    }

    /** Deletes the file. Reads that are under way end first. */
    void drop() throws IOException {
        synchronized (readLock) {
            dropped = true;
        }
        close();
        Files.deleteIfExists(path);
    }

    void close() throws IOException {
        endAppending();
        synchronized (readLock) {
            closed = true;
            if (reader != null) {
                reader.close();
            }
        }
    }
}
