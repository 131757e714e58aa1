package io.lightflow.producer;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** The file that holds a spool's acknowledged position, with a checksum. One thread at a time uses it. */
final class SpoolMark {
    private static final int BYTES = 12;
    private static final int CHECKSUM_AT = Long.BYTES;

    private final RandomAccessFile file;
    private long written = -1;

    SpoolMark(Path path) throws IOException {
        this.file = new RandomAccessFile(path.toFile(), "rw");
    }

    /** Reads the position. An unreadable mark only makes the spool resend more events. */
    long read() throws IOException {
        if (file.length() < BYTES) {
            return 0;
        }
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        file.seek(0);
        file.readFully(bytes.array());
        long position = bytes.getLong(0);
        return bytes.getInt(CHECKSUM_AT) == checksum(position) ? position : 0;
    }

    /** Writes the position, unless it is the one that was written last. */
    void write(long position) throws IOException {
        if (position != written) {
            ByteBuffer bytes = ByteBuffer.allocate(BYTES);
            bytes.putLong(0, position).putInt(CHECKSUM_AT, checksum(position));
            file.seek(0);
            file.write(bytes.array());
            written = position;
        }
    }

    private static int checksum(long position) {
        CRC32C checksum = new CRC32C();
        checksum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, position));
        return (int) checksum.getValue();
    }

    void close() throws IOException {
        file.close();
    }
}
