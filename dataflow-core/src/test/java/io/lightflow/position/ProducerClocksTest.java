package io.lightflow.position;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.position.ProducerClocks.Clock;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A topic-partition follows the clocks of its live producers, whichever of them is wrong. */
class ProducerClocksTest {
    private static final long T0 = 1_700_000_000_000L;
    private static final long MINUTE = 60_000;
    private static final long FAST = 50 * MINUTE;

    private ProducerClocks clocks = ProducerClocks.NONE;
    private long now = T0;

    /** Lets seconds pass, in each of which the given producers send a beacon. */
    private void seconds(int seconds, String... producers) {
        for (int i = 0; i < seconds; i++) {
            now += 1_000;
            for (String producer : producers) {
                clocks = clocks.after(producer, now + skew(producer), now + 300);
            }
        }
    }

    private static long skew(String producer) {
        return producer.startsWith("fast") ? FAST : producer.startsWith("slow") ? -FAST : 0;
    }

    @Test
    void withoutNamesThereAreNoClocks() {
        seconds(100, "");
        assertThat(clocks).isEqualTo(ProducerClocks.NONE);
        assertThat(clocks.reached()).isEqualTo(Position.NO_TIME);
    }

    @Test
    void theFirstBeaconCounts() {
        clocks = clocks.after("web-1", T0, T0);
        assertThat(clocks.reached()).isEqualTo(T0);
    }

    @Test
    void theSlowestProducerCounts() {
        clocks = clocks.after("web-1", T0, T0).after("web-2", T0 + 700, T0).after("web-3", T0 - 900, T0);
        assertThat(clocks.reached()).isEqualTo(T0 - 900);
    }

    @Test
    void aFastClockMovesNothing() {
        seconds(200, "web-1", "fast");
        assertThat(clocks.reached()).isEqualTo(now);
        seconds(200, "fast", "web-1", "web-2");
        assertThat(clocks.reached()).isEqualTo(now);
    }

    @Test
    void ofTheFirstProducersAFastOneMovesNothingOnceAnotherHasBegun() {
        for (int gap = 0; gap < 60; gap++) {
            clocks = ProducerClocks.NONE;
            seconds(gap, "fast");
            for (int i = 0; i < 200; i++) {
                seconds(1, "fast", "web-1");
                assertThat(clocks.reached()).as("%d s after %d s", i, gap).isEqualTo(now);
                clocks = clocks.after("fast", now + FAST + 500, now);
                assertThat(clocks.reached()).as("%d s after %d s", i, gap).isEqualTo(now);
            }
        }
    }

    @Test
    void aFastClockMovesNothingWhenNewNamesTakeThePlaceOfTheOthers() {
        seconds(200, "web-1");
        seconds(1, "fast", "web-1");
        for (int i = 0; i < 100; i++) {
            seconds(1, "fast");
            assertThat(clocks.reached()).as("after %d s", i).isLessThanOrEqualTo(now);
            if (i % 7 == 0) {
                clocks = clocks.after("web-2", now, now);
            }
            assertThat(clocks.reached()).as("after %d s", i).isLessThanOrEqualTo(now);
        }
        assertThat(clocks.reached()).isGreaterThan(now - 7_000);
    }

    @Test
    void aClockThatJumpsRemovesNobody() {
        seconds(200, "web-1", "web-2");
        clocks = clocks.after("web-1", now + FAST, now);
        assertThat(clocks.reached()).isEqualTo(now);
        clocks = clocks.after("web-1", now, now);
        seconds(1, "web-1", "web-2");
        assertThat(clocks.reached()).isEqualTo(now);
        assertThat(clocks.clocks()).hasSize(2);
    }

    @Test
    void aProducerThatLeavesHoldsTheWatermarkForAMinute() {
        seconds(100, "web-1", "web-2");
        long left = now;
        seconds(60, "web-1");
        assertThat(clocks.reached()).isEqualTo(left);
        seconds(1, "web-1");
        assertThat(clocks.reached()).isEqualTo(now);
        seconds(100, "web-1", "web-2");
        assertThat(clocks.reached()).isEqualTo(now);
        assertThat(clocks.clocks()).hasSize(2);
    }

    @Test
    void theLastProducerNeverLeavesSinceItsLinkMayBeDown() {
        seconds(100, "web-1");
        long last = now;
        now += 24 * 60 * MINUTE;
        assertThat(clocks.reached()).isEqualTo(last);
    }

    @Test
    void anOutageOfAllRemovesNobody() {
        seconds(100, "web-1", "web-2");
        now += 5 * 60 * MINUTE;
        clocks = clocks.after("web-1", now, now);
        assertThat(clocks.clocks()).hasSize(2);
        seconds(10, "web-1", "web-2");
        assertThat(clocks.reached()).isEqualTo(now);
    }

    @Test
    void aReaderThatPausesOrHurriesComesToTheSameResult() {
        Random random = new Random(7);
        ProducerClocks live = ProducerClocks.NONE;
        ProducerClocks replayed = ProducerClocks.NONE;
        for (int i = 0; i < 5_000; i++) {
            String producer = "web-" + random.nextInt(20);
            long time = T0 + i * 500L;
            live = live.after(producer, time, time);
            replayed = replayed.after(producer, time, T0 + 30L * 24 * 60 * MINUTE);
            assertThat(replayed.reached()).isEqualTo(live.reached());
        }
    }

    @Test
    void oneSlowClockAmongThreeHoldsNothing() {
        seconds(100, "slow", "web-1", "web-2");
        assertThat(clocks.reached()).isEqualTo(now);
        assertThat(clocks.slow()).extracting(Clock::producer).containsExactly("slow");
        seconds(100, "slow", "web-1", "web-2", "fast");
        assertThat(clocks.reached()).isEqualTo(now);
    }

    @Test
    void ofTwoClocksTheSlowerCountsSinceNobodyKnowsWhichOneIsWrong() {
        seconds(100, "slow", "web-1");
        assertThat(clocks.reached()).isEqualTo(now - FAST);
    }

    @Test
    void aRestartWithANewNameHoldsNothingForLong() {
        for (int restart = 0; restart < 50; restart++) {
            seconds(30, "web-1", "pod-" + restart);
        }
        assertThat(clocks.reached()).isEqualTo(now);
        assertThat(clocks.clocks().size()).isLessThan(6);
    }

    @Test
    void randomNamesNeitherFillTheLedgerNorHaveASay() {
        seconds(100, "web-1", "web-2");
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            clocks = clocks.after("x" + random.nextLong(), now + (random.nextBoolean() ? FAST : -FAST), now);
            if (i % 50 == 0) {
                seconds(1, "web-1", "web-2");
            }
            assertThat(clocks.clocks()).hasSizeLessThanOrEqualTo(ProducerClocks.MAX_PRODUCERS);
        }
        assertThat(clocks.reached()).isEqualTo(now);
    }

    @Test
    void duringARollingUpgradeBeaconsWithoutNamesCountAsOneProducer() {
        seconds(10, "");
        seconds(100, "", "web-1");
        assertThat(clocks.clocks()).extracting(Clock::producer).containsExactly("web-1", "");
        assertThat(clocks.reached()).isEqualTo(now);
        seconds(61, "web-1");
        assertThat(clocks.reached()).isEqualTo(now);
        assertThat(clocks.clocks()).extracting(Clock::producer).containsExactly("web-1");
    }

    @Test
    void aRecordThatIsDeliveredAgainTurnsNothingBackForLong() {
        seconds(100, "web-1", "web-2");
        clocks = clocks.after("web-1", now - 5_000, now).after("web-2", now - 5_000, now);
        seconds(1, "web-1", "web-2");
        assertThat(clocks.reached()).isEqualTo(now);
    }

    @Test
    void closingBeaconsOfOneProducerOutliveAllOthers() {
        seconds(100, "web-1", "web-2", "slow", "");
        long end = now + 24 * 60 * MINUTE;
        for (long time : ProducerClocks.closing(end)) {
            clocks = clocks.after("feed", time, now);
        }
        assertThat(clocks.reached()).isEqualTo(end);
        assertThat(clocks.clocks()).extracting(Clock::producer).containsExactly("feed");
    }

    @Test
    void theReaderLearnsHowFarEachClockIsAhead() {
        seconds(5, "web-1", "fast", "slow");
        assertThat(clocks.clocks()).extracting(Clock::offsetMs).containsExactly(-300L, FAST - 300, -FAST - 300);
    }
}
