package io.lightflow.producer;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One file of a spool: the frames from one position on. One thread at a time appends; another thread reads whole
 * frames.
 */
final class SpoolSegment {
    static final String SUFFIX = ".spool";

    private static final long UNKNOWN = -1;

    /** Position of its first byte among all bytes that the spool ever held. */
    final long base;

    private final Path file;
    /**
     * Not a channel: a channel closes itself when the writing thread is interrupted, and ad servers interrupt threads.
     */
    private final RandomAccessFile writer;
    /** Where the writer is, unless a write has failed: asking it costs a call of the system. */
    private long writerAt;
    /** Used only by the sending thread. */
    private final FileChannel reader;
    /** Forces data without the file's times. Closed once a thread was interrupted while it used it. */
    private final FileChannel forcer;
    /** Whether the file has zeros behind the frames. */
    private final boolean preallocated;
    /** Bytes of whole frames. */
    private volatile long length;

    private SpoolSegment(long base, Path file, boolean preallocated) throws IOException {
        this.base = base;
        this.file = file;
        this.preallocated = preallocated;
        this.writer = new RandomAccessFile(file.toFile(), "rw");
        this.reader = FileChannel.open(file, StandardOpenOption.READ);
        this.forcer = FileChannel.open(file, StandardOpenOption.WRITE);
        this.length = preallocated ? 0 : writer.length();
        this.writerAt = UNKNOWN;
    }

    static SpoolSegment create(Path directory, long base) throws IOException {
        return new SpoolSegment(base, Files.createFile(path(directory, base)), false);
    }

    /** Makes an empty segment of a file of zeros that is on disk. */
    static SpoolSegment of(Path zeros, Path directory, long base) throws IOException {
        return new SpoolSegment(base, Files.move(zeros, path(directory, base)), true);
    }

    private static Path path(Path directory, long base) {
        return directory.resolve("%020d%s".formatted(base, SUFFIX));
    }

    /** Whether forcing it writes nothing but the frames. */
    boolean isPreallocated() {
        return preallocated;
    }

    /** Opens an existing file; the caller truncates it to the whole frames that {@link SegmentScan} finds. */
    static SpoolSegment open(Path file) throws IOException {
        return new SpoolSegment(base(file), file, false);
    }

    /** The position at which a file begins, from its name. */
    static long base(Path file) {
        String name = file.getFileName().toString();
        return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
    }

    long end() {
        return base + length;
    }

    long length() {
        return length;
    }

    Path file() {
        return file;
    }

    /** Appends a frame. The next attempt overwrites one that failed halfway. */
    void append(byte[] frame, int count) throws IOException {
        if (writerAt != length) {
            writer.seek(length);
        }
        writerAt = UNKNOWN;
        writer.write(frame, 0, count);
        length += count;
        writerAt = length;
    }

    /** Reads bytes from a position on, as many as exist and fit. */
    void read(long position, ByteBuffer target) throws IOException {
        long at = position - base;
        int most = (int) Math.min(target.remaining(), length - at);
        ByteBuffer part = target.duplicate().limit(target.position() + most);
        while (part.hasRemaining()) {
            int count = reader.read(part, at);
            if (count < 0) {
                throw new IOException(file + " ended at " + at + ", expected " + length + " bytes");
            }
            at += count;
        }
        target.position(part.position());
    }

    void truncate(long newLength) throws IOException {
        writer.setLength(newLength);
        writerAt = UNKNOWN;
        length = newLength;
    }

    /** An interrupted thread forces it, too: the channel closes itself, but the file stays open. */
    void force() throws IOException {
        if (forcer.isOpen() && !Thread.currentThread().isInterrupted()) {
            try {
                forcer.force(false);
                return;
            } catch (ClosedByInterruptException e) {
                // The writer forces it.
            }
        }
        writer.getFD().sync();
    }

    /** Closes the file, without the zeros behind the frames. */
    void close() throws IOException {
        if (preallocated) {
            writer.setLength(length);
        }
        release();
    }

    private void release() throws IOException {
        writer.close();
        reader.close();
        forcer.close();
    }

    void delete() throws IOException {
        release();
        Files.deleteIfExists(file);
    }
}
