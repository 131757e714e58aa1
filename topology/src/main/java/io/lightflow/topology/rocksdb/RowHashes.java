package io.lightflow.topology.rocksdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Hashes of the rows that a database may hold, on the heap: most join keys have no row, and RocksDB takes 2 to 3 us to
 * tell so. One hash takes 4 bytes, of which at most three quarters are in use. Until all rows that were there at the
 * start are known, every row may be there.
 *
 * <p>Thread-safe. A row is added before it is written.
 */
final class RowHashes {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int INITIAL_SLOTS = 1 << 12;

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    /** Open addressing with linear probing; 0 is a free slot. A power of two. */
    private int[] slots = new int[INITIAL_SLOTS];

    private int size;
    private boolean complete;

    /** Forgets everything. */
    void clear() {
        lock.writeLock().lock();
        try {
            slots = new int[INITIAL_SLOTS];
            size = 0;
            complete = false;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** To be called once every row that exists was added. */
    void complete() {
        lock.writeLock().lock();
        try {
            complete = true;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** @param count how many of the rows to add */
    void add(byte[][] rows, int count) {
        lock.writeLock().lock();
        try {
            for (int i = 0; i < count; i++) {
                add(hash(rows[i]));
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void add(int hash) {
        if (4L * (size + 1) > 3L * slots.length) {
            int[] former = slots;
            slots = new int[Math.multiplyExact(2, former.length)];
            for (int known : former) {
                if (known != 0) {
                    slots[slotOf(known)] = known;
                }
            }
        }
        int slot = slotOf(hash);
        if (slots[slot] == 0) {
            slots[slot] = hash;
            size++;
        }
    }

    private int slotOf(int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != 0 && slots[slot] != hash) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** Which of the rows may exist. */
    boolean[] mayExist(byte[][] rows) {
        boolean[] possible = new boolean[rows.length];
        lock.readLock().lock();
        try {
            if (!complete) {
                Arrays.fill(possible, true);
                return possible;
            }
            for (int i = 0; i < rows.length; i++) {
                possible[i] = slots[slotOf(hash(rows[i]))] != 0;
            }
        } finally {
            lock.readLock().unlock();
        }
        return possible;
    }

    /** Never 0. */
    private static int hash(byte[] row) {
        long hash = row.length * 0x9E3779B97F4A7C15L;
        int i = 0;
        for (; i + Long.BYTES <= row.length; i += Long.BYTES) {
            hash = mix(hash ^ (long) LONGS.get(row, i));
        }
        for (; i < row.length; i++) {
            hash = hash * 31 + row[i];
        }
        int folded = (int) mix(hash);
        return folded == 0 ? 1 : folded;
    }

    /** The finalizer of MurmurHash3. */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 33;
    }
}
