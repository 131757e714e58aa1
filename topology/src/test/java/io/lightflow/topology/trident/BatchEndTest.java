package io.lightflow.topology.trident;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A replay is empty only while the loop has the blocks: blocks in a queue may be lost with it. */
class BatchEndTest {
    private final BatchEnd batch = new BatchEnd();

    @Test
    void blocksThatTheLoopHasNotBegunAreReplayed() throws Exception {
        assertThat(batch.isAtWork()).isFalse();
        assertThat(batch.await(Duration.ZERO)).isFalse();
    }

    @Test
    void theLoopIsAtWorkFromTheBeginningOfABatchToTheEndOfItsCommit() throws Exception {
        batch.begin();
        assertThat(batch.isAtWork()).isTrue();
        assertThat(batch.await(Duration.ZERO)).isFalse();

        batch.come();
        assertThat(batch.isAtWork()).isFalse();
        assertThat(batch.await(Duration.ZERO)).isTrue();
    }

    @Test
    void blocksThatLeftTheProcessAreReplayed() {
        batch.come();
        batch.begin();
        assertThat(batch.isAtWork()).isFalse();
    }
}
