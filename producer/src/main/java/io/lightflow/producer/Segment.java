package io.lightflow.producer;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One file of a spool: the frames from one position on. Appended to by one thread at a time, and read by another up to
 * what it was told is there.
 */
final class Segment {
    static final String SUFFIX = ".spool";

    /** Position of its first byte among all that the spool ever held. */
    final long base;

    private final Path file;
    /** No channel: those close themselves when a thread that writes is interrupted, and threads of ad servers are. */
    private final RandomAccessFile writer;
    /** Used by the thread that sends only. */
    private final FileChannel reader;
    /** Bytes that belong to whole frames. */
    private volatile long length;

    private Segment(long base, Path file) throws IOException {
        this.base = base;
        this.file = file;
        this.writer = new RandomAccessFile(file.toFile(), "rw");
        this.reader = FileChannel.open(file, StandardOpenOption.READ);
        this.length = writer.length();
    }

    static Segment create(Path directory, long base) throws IOException {
        return new Segment(base, Files.createFile(directory.resolve("%020d%s".formatted(base, SUFFIX))));
    }

    /** One that is there, with as much of it as is whole once {@link SegmentScan} has said so. */
    static Segment open(Path file) throws IOException {
        String name = file.getFileName().toString();
        return new Segment(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())), file);
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

    /** An attempt that fails halfway is written over by the next. */
    void append(byte[] frame, int count) throws IOException {
        if (writer.getFilePointer() != length) {
            writer.seek(length);
        }
        writer.write(frame, 0, count);
        length += count;
    }

    /** Bytes from a position on, as many as there are and have room. */
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
        length = newLength;
    }

    void force() throws IOException {
        writer.getFD().sync();
    }

    void close() throws IOException {
        writer.close();
        reader.close();
    }

    void delete() throws IOException {
        close();
        Files.deleteIfExists(file);
    }
}
