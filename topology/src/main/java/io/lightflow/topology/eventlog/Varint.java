package io.lightflow.topology.eventlog;

/** Numbers from 0 to 2^31-1 in one to five bytes, of which each but the last has its highest bit set. */
public final class Varint {
    public static final int MAX_BYTES = 5;

    private Varint() {}

    /** Number of bytes that a value takes. */
    public static int length(int value) {
        int length = 1;
        for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
            length++;
        }
        return length;
    }

    /** Writes a value. Returns where the next byte goes. */
    public static int put(byte[] bytes, int at, int value) {
        int rest = value;
        int next = at;
        while (rest > 0x7f) {
            bytes[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[next++] = (byte) rest;
        return next;
    }

    /**
     * Returns the value in the lower 32 bits, and the number of bytes it takes in the upper.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static long get(byte[] bytes, int from, int to) {
        long value = 0;
        for (int i = 0; i < MAX_BYTES && from + i < to; i++) {
            byte next = bytes[from + i];
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                if (value > Integer.MAX_VALUE) {
                    break;
                }
                return (long) (i + 1) << 32 | value;
            }
        }
        throw new IllegalArgumentException("no length stands at byte " + from + " of " + to);
    }
}
