package io.lightflow.topology.rocksdb;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes of one row, from its oldest generation to its newest, in a buffer that is used again and again. */
final class RowBytes {
    private byte[] bytes = new byte[2048];
    private int length;

    /** Makes it an empty row. */
    void clear() {
        length = 0;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void take(ByteBuffer from, int index, int count) {
        int at = reserve(count);
        from.get(index, bytes, at, count);
    }

    void take(byte[] more) {
        int at = reserve(more.length);
        System.arraycopy(more, 0, bytes, at, more.length);
    }

    private int reserve(int more) {
        int from = length;
        length = Math.addExact(length, more);
        if (length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length, 2 * bytes.length));
        }
        return from;
    }
}
