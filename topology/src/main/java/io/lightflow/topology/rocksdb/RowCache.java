package io.lightflow.topology.rocksdb;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Caches the rows that were read or written last, outside the heap. Join keys that return soon cost no look-up in
 * RocksDB. Absent rows are cached as rows without bytes.
 *
 * <p>The cache agrees with RocksDB. Cells are added to a cached row after RocksDB has them. A row that was read during
 * any write is not cached; the cache's version reveals such a write. Thread-safe.
 */
final class RowCache {
    private static final int SEGMENTS = 16;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final RowCacheSegment[] segments = new RowCacheSegment[SEGMENTS];
    private final AtomicInteger version = new AtomicInteger();

    RowCache(int megabytes) {
        long bytes = ((long) megabytes << 20) / SEGMENTS;
        for (int i = 0; i < SEGMENTS; i++) {
            segments[i] = new RowCacheSegment((int) Math.min(bytes, 1 << 30));
        }
    }

    /** To be asked before rows are looked up that may be {@link #put} in later. */
    int version() {
        return version.get();
    }

    /**
     * Looks a row up.
     *
     * @param into takes the row
     * @return whether it is there
     */
    boolean get(byte[] key, RowBytes into) {
        long hash = hash(key);
        return segment(hash).get(hash, key, into);
    }

    /**
     * Takes in a row that was not found, and has been read from RocksDB since, unless anybody has written meanwhile.
     *
     * @param before the version before it was looked up
     */
    void put(int before, byte[] key, RowBytes row) {
        long hash = hash(key);
        segment(hash).put(() -> version.get() == before, hash, key, row);
    }

    /** To be called before RocksDB is given cells, and again before they are appended or removed here. */
    void changes() {
        version.incrementAndGet();
    }

    /** To be called once RocksDB has the cell, which stands in the bytes from one place to another. */
    void append(byte[] key, byte[] bytes, int from, int to) {
        long hash = hash(key);
        segment(hash).append(hash, key, bytes, from, to);
    }

    /** To be called when it is not known whether RocksDB has the cell. */
    void remove(byte[] key) {
        long hash = hash(key);
        segment(hash).remove(hash, key);
    }

    /** To be called when nobody reads or writes. */
    void clear() {
        for (RowCacheSegment segment : segments) {
            segment.clear();
        }
    }

    /** Gives the memory back, even if somebody keeps a closed store. Nothing may be called afterwards. */
    void release() {
        Arrays.fill(segments, null);
    }

    private RowCacheSegment segment(long hash) {
        return segments[(int) (hash >>> 60)];
    }

    private static long hash(byte[] key) {
        long hash = key.length * 0x9E3779B97F4A7C15L;
        int i = 0;
        for (; i + Long.BYTES <= key.length; i += Long.BYTES) {
            hash = mix(hash ^ (long) LONGS.get(key, i));
        }
        for (; i < key.length; i++) {
            hash = hash * 31 + key[i];
        }
        return mix(hash);
    }

    /** The finalizer of MurmurHash3. */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 33) * 0xFF51AFD7ED558CCDL;
        mixed = (mixed ^ mixed >>> 33) * 0xC4CEB9FE1A85EC53L;
        return mixed ^ mixed >>> 33;
    }

    static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
