package io.lightflow.archive.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Numbers the distinct strings of a column, in the order of their first use. All bytes are in one array, so a look-up
 * neither follows references into records nor creates an object. Not thread-safe.
 */
final class StringDictionary {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final int MIN_SLOTS = 64;

    /** The strings, one behind the other. */
    private byte[] bytes = new byte[256];
    /** By number, where its string begins; one more says where the last one ends. */
    private int[] begins = new int[MIN_SLOTS / 2 + 1];
    /** By number, a part of the string's hash. */
    private int[] hashes = new int[MIN_SLOTS / 2];
    /** Open addressing: a number plus one, or zero. At most half of the slots are in use. */
    private int[] slots = new int[MIN_SLOTS];

    private int size;

    /** Number of strings. */
    int size() {
        return size;
    }

    /** Where a string begins in {@link #bytes}. */
    int begin(int number) {
        return begins[number];
    }

    int length(int number) {
        return begins[number + 1] - begins[number];
    }

    /** Valid until the next string is added. */
    byte[] bytes() {
        return bytes;
    }

    /** Returns the number of a string. A new one gets the next number. */
    int number(byte[] in, int from, int length) {
        int hash = hash(in, from, length);
        int mask = slots.length - 1;
        int slot = hash & mask;
        for (int found = slots[slot]; found != 0; found = slots[slot]) {
            if (hashes[found - 1] == hash && isAt(found - 1, in, from, length)) {
                return found - 1;
            }
            slot = slot + 1 & mask;
        }
        return add(slot, hash, in, from, length);
    }

    boolean isAt(int number, byte[] in, int from, int length) {
        int begin = begins[number];
        return begins[number + 1] - begin == length
                && Arrays.equals(bytes, begin, begin + length, in, from, from + length);
    }

    private static int hash(byte[] in, int from, int length) {
        long hash = length * MULTIPLIER;
        int at = from;
        for (int end = from + length - Long.BYTES; at <= end; at += Long.BYTES) {
            hash = mixed(hash, (long) LONGS.get(in, at));
        }
        long rest = 0;
        for (int end = from + length; at < end; at++) {
            rest = rest << Byte.SIZE | in[at] & 0xff;
        }
        hash = mixed(hash, rest);
        return (int) (hash ^ hash >>> Integer.SIZE);
    }

    private static long mixed(long hash, long value) {
        long product = (hash ^ value) * MULTIPLIER;
        return product ^ product >>> 29;
    }

    private int add(int slot, int hash, byte[] in, int from, int length) {
        int number = size++;
        if (size > hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * hashes.length);
            begins = Arrays.copyOf(begins, hashes.length + 1);
        }
        int begin = begins[number];
        if (bytes.length - begin < length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, begin + length));
        }
        System.arraycopy(in, from, bytes, begin, length);
        begins[size] = begin + length;
        hashes[number] = hash;
        slots[slot] = size;
        if (2 * size > slots.length) {
            rehash();
        }
        return number;
    }

    private void rehash() {
        slots = new int[2 * slots.length];
        int mask = slots.length - 1;
        for (int number = 0; number < size; number++) {
            int slot = hashes[number] & mask;
            while (slots[slot] != 0) {
                slot = slot + 1 & mask;
            }
            slots[slot] = number + 1;
        }
    }

    /** Forgets all strings. */
    void clear() {
        Arrays.fill(slots, 0);
        size = 0;
    }
}
