package io.lightflow.peers.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WaitingClicksTest {
    private static final byte[] FIRST = {0, 1, 2};
    private static final byte[] SECOND = new byte[70_000];

    @Test
    void clicksOfAnySizeWaitTogether() {
        byte[] both = WaitingClicks.with(WaitingClicks.with(null, FIRST), SECOND);

        assertThat(WaitingClicks.isOne(both)).isTrue();
        assertThat(WaitingClicks.unpack(both)).containsExactly(FIRST, SECOND);
    }

    @Test
    void aRecordIsNotOne() {
        assertThat(WaitingClicks.isOne(FIRST)).isFalse();
    }
}
