package io.lightflow.topology.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinaryFuseFilterTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 10, 100, 1_000, 32_768, 70_000, 500_000})
    void aFilterHasAllItsHashesAndFewOthers(int count) {
        BinaryFuseFilter.Builder builder = new BinaryFuseFilter.Builder();
        // The builder keeps its memory.
        builder.build(new long[] {5, 6, 7}, 3);
        long[] hashes = new long[count];
        Random random = new Random(count);
        for (int i = 0; i < count; i++) {
            // Neighbors, as the events of one join key have half of their hash in common.
            hashes[i] = (long) i / 10_000 << 32 | i;
        }
        BinaryFuseFilter filter = builder.build(hashes, count);
        ByteBuffer fingerprints = ByteBuffer.allocate(10 + Short.BYTES * filter.length());
        fingerprints.position(10);
        for (int i = 0; i < filter.length(); i++) {
            fingerprints.putShort(builder.fingerprints()[i]);
        }
        for (long hash : hashes) {
            assertThat(filter.mayContain(hash, fingerprints, 10)).isTrue();
        }
        int others = 0;
        for (int i = 0; i < 200_000; i++) {
            others += filter.mayContain(random.nextLong() | Long.MIN_VALUE, fingerprints, 10) ? 1 : 0;
        }
        assertThat(others).isLessThan(count == 0 ? Integer.MAX_VALUE : 20);
        if (count >= 32_768) {
            assertThat(8.0 * Short.BYTES * filter.length() / count).isLessThan(21);
        }
    }
}
