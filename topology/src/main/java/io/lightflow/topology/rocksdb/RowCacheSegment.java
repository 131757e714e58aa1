package io.lightflow.topology.rocksdb;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * A part of the cache: a ring of entries, and a table that says where each begins. Entries have room for some more
 * cells; a row that outgrows its entry is written again at the head, and the head overwrites the oldest entries, so
 * nothing ever needs to be freed. Thread-safe.
 *
 * <pre>
 * entry: keyLength rowLength room ends..., key, row, rest of the room     (ints, then bytes)
 * table: sets of four, each position + 1, or 0 for none, and above it a few bits of the hash
 * </pre>
 */
final class RowCacheSegment {
    /** Longer rows are not kept: to write them again and again would cost more than to look them up. */
    static final int LONGEST_ROW = 8192;

    /** Places of numbers in an entry. */
    private static final int ROW_LENGTH = 4;

    private static final int ROOM = 8;
    private static final int ENDS = 12;

    private static final int WAYS = 4;
    private static final int BYTES_OF_ENTRY = 192;
    /** Room of a new entry: half as much again as the row, and this. */
    private static final int SPARE = 96;

    private static final int POSITION_BITS = 48;
    private static final long POSITION = (1L << POSITION_BITS) - 1;

    private final ByteBuffer ring;
    private final int capacity;
    private final long[] table;
    private final int setMask;

    private final RowBytes scratch = new RowBytes();
    private byte[] otherKey = new byte[64];
    /** Where the next entry begins, counted from the first that there ever was. */
    private long head;

    RowCacheSegment(int capacity) {
        this.ring = RowCache.allocate(capacity);
        this.capacity = capacity;
        int sets = Math.max(1, Integer.highestOneBit(Math.max(1, capacity / BYTES_OF_ENTRY / WAYS)));
        this.table = new long[sets * WAYS];
        this.setMask = sets - 1;
    }

    synchronized boolean get(long hash, byte[] key, RowBytes into) {
        int slot = find(hash, key);
        if (slot < 0) {
            return false;
        }
        long position = position(slot);
        read(position, key.length, into);
        if (head - position > capacity / 2) {
            // It would be overwritten soon, although it is in use.
            write(slot, hash, key, into);
        }
        return true;
    }

    /** @param isCurrent asked while nobody can append to rows of this segment */
    synchronized void put(BooleanSupplier isCurrent, long hash, byte[] key, RowBytes row) {
        if (row.length() <= LONGEST_ROW && isCurrent.getAsBoolean()) {
            int slot = find(hash, key);
            write(slot >= 0 ? slot : oldest(hash), hash, key, row);
        }
    }

    synchronized void append(long hash, byte[] key, byte[] bytes, int from, int to) {
        int slot = find(hash, key);
        if (slot < 0 || hasTakenIn(position(slot), key.length, bytes, from, to)) {
            return;
        }
        read(position(slot), key.length, scratch);
        scratch.append(bytes, from, to);
        if (scratch.length() <= LONGEST_ROW) {
            write(slot, hash, key, scratch);
        } else {
            table[slot] = 0;
        }
    }

    synchronized void remove(long hash, byte[] key) {
        int slot = find(hash, key);
        if (slot >= 0) {
            table[slot] = 0;
        }
    }

    synchronized void clear() {
        Arrays.fill(table, 0);
    }

    /** The slot of the table that has the row; negative if none has. */
    private int find(long hash, byte[] key) {
        int first = firstOfSet(hash);
        for (int slot = first; slot < first + WAYS; slot++) {
            if (table[slot] != 0 && table[slot] >>> POSITION_BITS == hash >>> POSITION_BITS && isOf(slot, key)) {
                return slot;
            }
        }
        return -1;
    }

    private int firstOfSet(long hash) {
        return ((int) hash & setMask) * WAYS;
    }

    private long position(int slot) {
        return (table[slot] & POSITION) - 1;
    }

    private boolean isOverwritten(long position) {
        return head - position > capacity;
    }

    private boolean isOf(int slot, byte[] key) {
        long position = position(slot);
        if (isOverwritten(position)) {
            return false;
        }
        int at = (int) (position % capacity);
        if (ring.getInt(at) != key.length) {
            return false;
        }
        if (otherKey.length < key.length) {
            otherKey = new byte[2 * key.length];
        }
        ring.get(at + header(ring.getInt(at + ENDS)), otherKey, 0, key.length);
        return Arrays.equals(otherKey, 0, key.length, key, 0, key.length);
    }

    /** The slot that is free, or whose entry is overwritten first. */
    private int oldest(long hash) {
        int first = firstOfSet(hash);
        int oldest = first;
        for (int slot = first + 1; slot < first + WAYS; slot++) {
            if (position(slot) < position(oldest)) {
                oldest = slot;
            }
        }
        return oldest;
    }

    private static int header(int ends) {
        return (4 + ends) * Integer.BYTES;
    }

    /** Adds the cell to the entry, if there is room. */
    private boolean hasTakenIn(long position, int keyLength, byte[] bytes, int from, int to) {
        int at = (int) (position % capacity);
        int end = ring.getInt(at + ROW_LENGTH);
        int newEnd = end + to - from;
        if (newEnd > ring.getInt(at + ROOM)) {
            return false;
        }
        int header = header(ring.getInt(at + ENDS));
        ring.put(at + header + keyLength + end, bytes, from, to - from);
        ring.putInt(at + ROW_LENGTH, newEnd);
        ring.putInt(at + header - Integer.BYTES, newEnd);
        return true;
    }

    private void read(long position, int keyLength, RowBytes into) {
        int at = (int) (position % capacity);
        int rowLength = ring.getInt(at + ROW_LENGTH);
        int ends = ring.getInt(at + ENDS);
        into.clear(ends);
        for (int i = 0; i < ends; i++) {
            into.ends()[i] = ring.getInt(at + header(i));
        }
        into.take(ring, at + header(ends) + keyLength, rowLength);
    }

    private void write(int slot, long hash, byte[] key, RowBytes row) {
        int[] ends = row.ends();
        int room = Math.min(row.length() + row.length() / 2 + SPARE, LONGEST_ROW);
        int length = header(ends.length) + key.length + room;
        if (length > capacity) {
            return;
        }
        int at = (int) (head % capacity);
        if (at + length > capacity) {
            head += capacity - at;
            at = 0;
        }
        ring.putInt(at, key.length)
                .putInt(at + ROW_LENGTH, row.length())
                .putInt(at + ROOM, room)
                .putInt(at + ENDS, ends.length);
        for (int i = 0; i < ends.length; i++) {
            ring.putInt(at + header(i), ends[i]);
        }
        int keyAt = at + header(ends.length);
        ring.put(keyAt, key).put(keyAt + key.length, row.bytes(), 0, row.length());
        table[slot] = (hash >>> POSITION_BITS) << POSITION_BITS | head + 1;
        head += length;
    }
}
