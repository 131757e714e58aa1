package io.lightflow.topology.trident;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Batches are polled for in the order in which they are committed. */
class BatchOrderTest {

    @Test
    void noBatchOvertakesTheOneBefore() {
        BatchOrder order = new BatchOrder();
        assertThat(order.isNext(2164)).isTrue();
        // 2165 was refused by the throttle, and its window ends now.
        assertThat(order.isNext(2166)).isFalse();
        assertThat(order.isNext(2165)).isTrue();
        assertThat(order.isNext(2166)).isTrue();
    }

    @Test
    void aBatchThatFailedBeginsAgainAndThoseBehindItFollow() {
        BatchOrder order = new BatchOrder();
        assertThat(order.isNext(7)).isTrue();
        assertThat(order.isNext(8)).isTrue();
        assertThat(order.isNext(7)).isTrue();
        assertThat(order.isNext(9)).isFalse();
        assertThat(order.isNext(8)).isTrue();
    }
}
