package io.lightflow.topology.rocksdb;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes of one row, from its oldest generation to its newest, in a buffer that is used again and again. */
final class RowBytes {
    private byte[] bytes = new byte[2048];
    private int length;
    private int[] ends = {};

    /** Makes it an empty row. */
    void clear(int generations) {
        length = 0;
        if (ends.length == generations) {
            Arrays.fill(ends, 0);
        } else {
            ends = new int[generations];
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Where the part of each generation ends. */
    int[] ends() {
        return ends;
    }

    void take(ByteBuffer from, int index, int count) {
        int at = reserve(count);
        from.get(index, bytes, at, count);
    }

    void take(byte[] more) {
        take(more, 0, more.length);
    }

    private void take(byte[] more, int from, int to) {
        int at = reserve(to - from);
        System.arraycopy(more, from, bytes, at, to - from);
    }

    /** Adds a cell to the newest generation. */
    void append(byte[] cell, int from, int to) {
        take(cell, from, to);
        ends[ends.length - 1] = length;
    }

    private int reserve(int more) {
        int from = length;
        length = Math.addExact(length, more);
        if (length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length, 2 * bytes.length));
        }
        return from;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }
}
