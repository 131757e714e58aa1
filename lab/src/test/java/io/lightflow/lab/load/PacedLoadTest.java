package io.lightflow.lab.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Every request is sent once and in time, and its time is that from when it was due. */
class PacedLoadTest {
    private static final double NANOS_PER_MILLI = 1e6;

    @Test
    void everyRequestIsSentOnceAndNoneBeforeItIsDue() throws Exception {
        long begin = System.nanoTime();
        Queue<Long> sent = new ConcurrentLinkedQueue<>();
        Queue<Long> early = new ConcurrentLinkedQueue<>();
        AtomicInteger open = new AtomicInteger();
        LoadSchedule.Run<Boolean> run = new PacedLoad<>(new LoadSchedule(1_000, 0, 1), 8, () -> {
                    open.incrementAndGet();
                    return new PacedLoad.Connection<Boolean>() {
                        @Override
                        public Boolean ask(long number) {
                            sent.add(number);
                            if (System.nanoTime() - begin < number * NANOS_PER_MILLI) {
                                early.add(number);
                            }
                            return number % 4 == 0;
                        }

                        @Override
                        public void close() {
                            open.decrementAndGet();
                        }
                    };
                })
                .run();

        assertThat(sent)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, 1_000).boxed().toList());
        assertThat(early).isEmpty();
        assertThat(open).as("connections left open").hasValue(0);
        assertThat(run.nanos().get(true).getTotalCount()).isEqualTo(250);
        assertThat(run.nanos().get(false).getTotalCount()).isEqualTo(750);
        assertThat(run.all().getTotalCount()).isEqualTo(1_000);
        assertThat(run.perSecond()).isLessThan(1_010);
    }

    @Test
    void aRequestThatWaitsForAnEarlierOneTakesAsMuchLonger() throws Exception {
        LoadSchedule.Run<Void> run = new PacedLoad<Void>(new LoadSchedule(100, 0, 1), 1, () -> number -> {
                    long begin = System.nanoTime();
                    while (number == 0 && System.nanoTime() - begin < 500 * NANOS_PER_MILLI) {
                        LockSupport.parkNanos(1_000_000);
                    }
                    return null;
                })
                .run();

        // Those that were due while the first one stood still waited for 490, 480, ..., 10 ms.
        assertThat(LoadSchedule.millis(run.all(), 100)).isGreaterThanOrEqualTo(500);
        assertThat(LoadSchedule.millis(run.all(), 75)).isGreaterThanOrEqualTo(250);
        assertThat(LoadSchedule.millis(run.all(), 51)).isGreaterThanOrEqualTo(10);
    }

    @Test
    void whileItWarmsUpTimesAreNotKept() throws Exception {
        AtomicLong asked = new AtomicLong();
        AtomicLong askedWhenWarm = new AtomicLong();
        LoadSchedule.Run<Boolean> run = new PacedLoad<Boolean>(new LoadSchedule(20, 1, 1), 2, () -> number -> {
                    asked.incrementAndGet();
                    return number >= 20;
                })
                .run(() -> askedWhenWarm.set(asked.get()));

        assertThat(asked).hasValue(40);
        assertThat(askedWhenWarm.get()).isGreaterThan(0);
        assertThat(run.nanos()).containsOnlyKeys(true);
        assertThat(run.all().getTotalCount()).isEqualTo(20);
    }

    @Test
    void thereMayBeMoreConnectionsThanRequests() throws Exception {
        LoadSchedule.Run<Void> run = new PacedLoad<Void>(new LoadSchedule(2, 1, 1), 16, () -> number -> null).run();

        assertThat(run.all().getTotalCount()).isEqualTo(2);
    }

    @Test
    void aRateThatIsTooMuchIsNotHeld() throws Exception {
        LoadSchedule.Run<Void> run = new PacedLoad<Void>(new LoadSchedule(1_000, 0, 1), 1, () -> number -> {
                    LockSupport.parkNanos(5_000_000);
                    return null;
                })
                .run();

        assertThat(run.held()).isFalse();
        assertThat(run.perSecond()).isLessThan(500);
    }

    @Test
    void aRequestThatFailsEndsTheRun() {
        PacedLoad<Void> load = new PacedLoad<>(LoadSchedule.of(1, 3_600), 2, () -> number -> {
            throw new IOException("request " + number);
        });

        assertThatThrownBy(load::run)
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(IOException.class)
                .hasRootCauseMessage("request 0");
    }
}
