package io.lightflow.topology.trident;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.position.Position;
import io.lightflow.topology.descriptor.ShardPositions;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A replay that takes longer than Trident waits would be replayed without end. */
class ReplayPositionsTest {
    private final AtomicLong now = new AtomicLong();
    private Duration readTime = Duration.ZERO;
    private int reads;

    private final ReplayPositions positions = new ReplayPositions(
            new ShardPositions() {
                @Override
                public Map<Integer, Position> read(Collection<Integer> shards) {
                    pass(readTime);
                    return Map.of(0, Position.START.withWatermark(++reads));
                }

                @Override
                public void close() {
                    // Nothing is open.
                }
            },
            now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private long read() {
        return positions.read(List.of(0)).get(0).watermark();
    }

    @Test
    void theReplayOfABatchWhosePositionsWereReadSlowlyIsQuick() {
        readTime = Duration.ofSeconds(6);
        assertThat(read()).isEqualTo(1);

        pass(Duration.ofSeconds(5));
        long begun = now.get();
        assertThat(read()).isEqualTo(1);
        assertThat(now.get()).isEqualTo(begun);
    }

    @Test
    void aLaterReplayBeginsAtTheLedgerOfThen() {
        readTime = Duration.ofSeconds(6);
        read();

        pass(Duration.ofSeconds(18));
        assertThat(read()).isEqualTo(2);
    }

    @Test
    void positionsThatAreReadQuicklyAreReadEachTime() {
        readTime = Duration.ofMillis(5);
        read();

        pass(Duration.ofMillis(20));
        assertThat(read()).isEqualTo(2);
    }
}
