package io.lightflow.topology.rocksdb;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RowCacheTest {
    private final RowCache cache = new RowCache(1);
    private final RowBytes into = new RowBytes();

    @Test
    void whatIsFoundIsWhatTheDatabaseHolds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<String, ByteArrayOutputStream> database = new HashMap<>();
        int found = 0;
        for (int i = 0; i < 50_000; i++) {
            String key = "row-" + random.nextInt(1 << random.nextInt(14));
            ByteArrayOutputStream row = database.computeIfAbsent(key, absent -> new ByteArrayOutputStream());
            int version = cache.version();
            if (cache.get(bytes(key), into)) {
                found++;
                assertThat(into.copy()).as("%s, seed %d", key, seed).isEqualTo(row.toByteArray());
                assertThat(into.ends()).containsExactly(0, row.size());
            } else if (random.nextInt(10) > 0) {
                cache.put(version, bytes(key), row(row.toByteArray()));
            }
            if (random.nextBoolean()) {
                byte[] cell = new byte[random.nextInt(300)];
                random.nextBytes(cell);
                cache.changes();
                row.writeBytes(cell);
                cache.changes();
                if (random.nextInt(20) > 0) {
                    cache.append(bytes(key), cell, 0, cell.length);
                } else {
                    cache.remove(bytes(key));
                }
            }
        }
        assertThat(found).as("seed %d", seed).isGreaterThan(5_000);
    }

    @Test
    void aRowThatWasWrittenToWhileItWasReadIsNotTakenIn() {
        byte[] key = bytes("row");
        int before = cache.version();
        cache.changes();
        int during = cache.version();
        cache.put(before, key, row(new byte[0]));
        assertThat(cache.get(key, into)).isFalse();

        cache.changes();
        cache.append(key, bytes("a cell."), 2, 6);
        cache.put(during, key, row(new byte[0]));

        assertThat(cache.get(key, into)).isFalse();
    }

    @Test
    void aRowThatWasTakenInJustBeforeItsCellIsAppendedGetsIt() {
        byte[] key = bytes("row");
        cache.changes();
        cache.put(cache.version(), key, row(new byte[0]));
        cache.changes();
        cache.append(key, bytes("a cell."), 2, 6);

        assertThat(cache.get(key, into)).isTrue();
        assertThat(into.copy()).isEqualTo(bytes("cell"));
    }

    @Test
    void aRowThatOutgrowsTheCacheIsNotKept() {
        byte[] key = bytes("row");
        cache.put(cache.version(), key, row(new byte[RowCacheSegment.LONGEST_ROW]));
        assertThat(cache.get(key, into)).isTrue();

        cache.append(key, new byte[1], 0, 1);

        assertThat(cache.get(key, into)).isFalse();
    }

    /** A row of two generations, the older without cells. */
    private static RowBytes row(byte[] bytes) {
        RowBytes row = new RowBytes();
        row.clear(2);
        row.append(bytes, 0, bytes.length);
        return row;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }
}
