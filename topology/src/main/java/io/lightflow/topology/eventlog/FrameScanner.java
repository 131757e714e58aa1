package io.lightflow.topology.eventlog;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads the frames of a segment one after the other, with few system calls. Used by one thread. */
final class FrameScanner implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final RandomAccessFile file;
    private byte[] bytes = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private int bodyFrom;
    private int bodyLength;

    FrameScanner(Path path, long offset) throws IOException {
        file = new RandomAccessFile(path.toFile(), "r");
        file.seek(offset);
    }

    /** Moves on. Returns false if no frame of a possible length follows; whether it is intact, its CRC tells. */
    boolean next() throws IOException {
        from = bodyFrom + bodyLength;
        if (!fill(EventFrame.HEAD_BYTES)) {
            return false;
        }
        int length = ByteBuffer.wrap(bytes).getInt(from);
        if (!EventFrame.isPossibleLength(length) || !fill(EventFrame.HEAD_BYTES + length)) {
            return false;
        }
        bodyFrom = from + EventFrame.HEAD_BYTES;
        bodyLength = length;
        return true;
    }

    private boolean fill(int count) throws IOException {
        if (to - from >= count) {
            return true;
        }
        if (file.getFilePointer() + count - (to - from) > file.length()) {
            return false;
        }
        if (count > bytes.length) {
            bytes = Arrays.copyOf(bytes, count);
        }
        System.arraycopy(bytes, from, bytes, 0, to - from);
        to -= from;
        from = 0;
        while (to < count) {
            int read = file.read(bytes, to, bytes.length - to);
            if (read < 0) {
                return false;
            }
            to += read;
        }
        return true;
    }

    byte[] bytes() {
        return bytes;
    }

    int bodyFrom() {
        return bodyFrom;
    }

    int bodyLength() {
        return bodyLength;
    }

    int crc() {
        return ByteBuffer.wrap(bytes).getInt(bodyFrom - Integer.BYTES);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
