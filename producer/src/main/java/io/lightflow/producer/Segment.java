package io.lightflow.producer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One file of a spool: the frames from one position on. Appended to by one thread at a time, and read by another up to what it was told
 * is there.
 */
final class Segment {
    static final String SUFFIX = ".spool";

    /** Position of its first byte among all that the spool ever held. */
    final long base;

    private final Path file;
    private final FileChannel channel;
    /** Bytes that belong to whole frames. */
    private volatile long length;

    private Segment(long base, Path file, FileChannel channel, long length) {
        this.base = base;
        this.file = file;
        this.channel = channel;
        this.length = length;
    }

    static Segment create(Path directory, long base) throws IOException {
        Path file = directory.resolve("%020d%s".formatted(base, SUFFIX));
        return new Segment(
                base,
                file,
                FileChannel.open(
                        file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                0);
    }

    /** One that is there, with as much of it as is whole once {@link SegmentScan} has said so. */
    static Segment open(Path file) throws IOException {
        String name = file.getFileName().toString();
        long base = Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new Segment(base, file, channel, channel.size());
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
    void append(ByteBuffer frame) throws IOException {
        long at = length;
        int bytes = frame.remaining();
        while (frame.hasRemaining()) {
            at += channel.write(frame, at);
        }
        length += bytes;
    }

    /** Bytes from a position on, as many as there are and have room. */
    void read(long position, ByteBuffer target) throws IOException {
        long at = position - base;
        int most = (int) Math.min(target.remaining(), length - at);
        ByteBuffer part = target.duplicate().limit(target.position() + most);
        while (part.hasRemaining()) {
            int count = channel.read(part, at);
            if (count < 0) {
                throw new IOException(file + " ended at " + at + ", expected " + length + " bytes");
            }
            at += count;
        }
        target.position(part.position());
    }

    void truncate(long newLength) throws IOException {
        channel.truncate(newLength);
        length = newLength;
    }

    void force() throws IOException {
        channel.force(false);
    }

    void close() throws IOException {
        channel.close();
    }

    void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }
}
