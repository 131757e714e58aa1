package io.lightflow.topology.loop;

import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.store.StoreUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits in place for a sink or a store that does not answer, for as long as it takes, looking again ever more rarely. A
 * batch that failed instead would be emitted anew while the attempts before it still count as pending, and a few of
 * them bring Trident to a halt until their time-out.
 *
 * <p>An interruption of the waiting thread ends the waiting. Used by one thread.
 */
public final class BackoffRetrier {
    private static final Logger LOG = LoggerFactory.getLogger(BackoffRetrier.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** Lets time pass. */
    @FunctionalInterface
    public interface Pause {
        void last(Duration time) throws InterruptedException;
    }

    private final InstantSource clock;
    private final Pause pause;

    public BackoffRetrier(InstantSource clock, Pause pause) {
        this.clock = clock;
        this.pause = pause;
    }

    /** Pauses in real time. */
    public static BackoffRetrier real() {
        CountDownLatch never = new CountDownLatch(1);
        return new BackoffRetrier(InstantSource.system(), time -> never.await(time.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Something that can be tried again. */
    @FunctionalInterface
    public interface Attempt<T> {
        T make();
    }

    /**
     * Makes attempts until one is not answered by {@link SinkUnavailableException} or
     * {@link StoreUnavailableException}.
     *
     * @param what what cannot be done meanwhile, for the log
     * @throws StoppedException if the thread is interrupted
     */
    public <T> T untilAvailable(String what, Attempt<T> attempt) {
        try {
            return attempt.make();
        } catch (SinkUnavailableException | StoreUnavailableException e) {
            return waitOut(what, attempt, e);
        }
    }

    private <T> T waitOut(String what, Attempt<T> attempt, RuntimeException first) {
        long beganMs = clock.millis();
        if (!Thread.currentThread().isInterrupted()) {
            LOG.warn("{} has to wait until it gets an answer: {}", what, first.getMessage());
        }
        RuntimeException last = first;
        Duration time = FIRST_PAUSE;
        while (true) {
            pause(what, time, last);
            try {
                T result = attempt.make();
                LOG.warn("{} goes on after {}", what, Duration.ofMillis(clock.millis() - beganMs));
                return result;
            } catch (SinkUnavailableException | StoreUnavailableException e) {
                last = e;
                time = time.multipliedBy(2);
                if (time.compareTo(LONGEST_PAUSE) > 0) {
                    time = LONGEST_PAUSE;
                }
            }
        }
    }

    private void pause(String what, Duration time, RuntimeException last) {
        try {
            pause.last(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            StoppedException stopped = new StoppedException(what + " was interrupted while it waited", e);
            stopped.addSuppressed(last);
            throw stopped;
        }
    }
}
