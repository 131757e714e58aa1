package io.lightflow.topology.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RowHashesTest {
    private final RowHashes hashes = new RowHashes();

    @Test
    void everyRowMayExistUntilAllThatExistAreKnown() {
        assertThat(hashes.mayExist(rows(0, 3))).containsExactly(true, true, true);
        hashes.add(rows(0, 2), 2);
        assertThat(hashes.mayExist(rows(0, 3))).containsExactly(true, true, true);
        hashes.complete();
        assertThat(hashes.mayExist(rows(0, 3))).containsExactly(true, true, false);
        hashes.clear();
        assertThat(hashes.mayExist(rows(0, 3))).containsExactly(true, true, true);
    }

    @Test
    void manyRowsAreKnownAndFewOthersSeemToExist() {
        hashes.complete();
        for (int from = 0; from < 200_000; from += 1_000) {
            hashes.add(rows(from, from + 1_000), 1_000);
        }
        assertThat(hashes.mayExist(rows(0, 200_000))).doesNotContain(false);
        int others = 0;
        for (boolean possible : hashes.mayExist(rows(200_000, 400_000))) {
            others += possible ? 1 : 0;
        }
        assertThat(others).isLessThan(100);
    }

    private static byte[][] rows(int from, int to) {
        byte[][] rows = new byte[to - from][];
        for (int i = from; i < to; i++) {
            rows[i - from] = ByteBuffer.allocate(11).putLong(i).array();
        }
        return rows;
    }
}
