package io.lightflow.lab.feed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long START = Long.MAX_VALUE - 1_000;

    @Test
    void eventsAreSpreadEvenly() {
        Pace pace = new Pace(1_000, START);
        for (int i = 0; i < 5_000; i++) {
            long now = START + i * 1_000_000L;
            assertThat(pace.nanosUntilDue(now)).isZero();
            pace.sent(now);
            assertThat(pace.nanosUntilDue(now)).isEqualTo(1_000_000);
        }
    }

    @Test
    @SuppressWarnings("ConstantOverflow") // as System.nanoTime() may
    void aShortDelayIsCaughtUpWithAndALongOneIsNot() {
        Pace pace = new Pace(1_000, START);
        long now = START + 10_000_000_000L;
        int sentAtOnce = 0;
        while (pace.nanosUntilDue(now) <= 0) {
            pace.sent(now);
            sentAtOnce++;
        }
        assertThat(sentAtOnce).isBetween(500, 503);
    }

    @Test
    void withoutALimitEveryEventIsDue() {
        Pace pace = new Pace(Double.POSITIVE_INFINITY, START);
        for (int i = 0; i < 100; i++) {
            assertThat(pace.nanosUntilDue(START)).isZero();
            pace.sent(START);
        }
    }
}
