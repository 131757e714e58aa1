package io.lightflow.topology.rocksdb;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Values that stand apart from their rows, some of them together under one number: RocksDB takes longer over a key than
 * over such a value. Each stands there as {@code varint length, value}. Its place is the page's number and the offset
 * in the page, in eight bytes.
 *
 * <p>One thread at a time.
 */
final class ValuePage {
    private static final int OFFSET_BITS = 12;

    /**
     * How long a page gets, unless a single value is longer. As a block of RocksDB, the least that is read of a file.
     */
    static final int MOST_BYTES = 1 << OFFSET_BITS;

    private byte[] bytes = new byte[MOST_BYTES];
    private int length;

    boolean isEmpty() {
        return length == 0;
    }

    boolean hasRoomFor(byte[] value) {
        return isEmpty() || length + RowCodec.varintLength(value.length) + value.length <= MOST_BYTES;
    }

    /**
     * Adds a value that it has room for.
     *
     * @param number what the page will be stored under
     * @return the value's place
     */
    byte[] add(long number, byte[] value) {
        int from = length;
        int most = Math.addExact(length + RowCodec.LONGEST_VARINT, value.length);
        if (most > bytes.length) {
            bytes = Arrays.copyOf(bytes, most);
        }
        length = RowCodec.putVarint(bytes, length, value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return eightBytes(number << OFFSET_BITS | from);
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /** The key of the page with this number. */
    static byte[] key(long number) {
        return eightBytes(number);
    }

    /** The key of the page where a value stands. */
    static byte[] keyOf(byte[] place) {
        return eightBytes(ByteBuffer.wrap(place).getLong() >>> OFFSET_BITS);
    }

    /**
     * The value that stands at a place of its page.
     *
     * @param length how many of the bytes belong to the page
     * @throws IllegalArgumentException if none stands there
     */
    static byte[] value(byte[] place, byte[] page, int length) {
        int at = (int) (ByteBuffer.wrap(place).getLong() & MOST_BYTES - 1);
        long valueLength = RowCodec.varint(page, at, length);
        int from = at + (int) (valueLength >>> 32);
        long to = from + (valueLength & 0xffffffffL);
        if (to > length) {
            throw new IllegalArgumentException(
                    "the value at byte " + at + " ends at byte " + to + ", but the page ends at " + length);
        }
        return Arrays.copyOfRange(page, from, (int) to);
    }

    private static byte[] eightBytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
