package io.lightflow.topology.loop;

import io.lightflow.event.WriterSchemas.SchemasUnavailableException;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.store.StoreUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retries a call in place while its sink, store or registry is unavailable, with growing pauses and without a limit. If
 * the batch failed instead, Trident would emit it anew while the earlier attempts still count as pending. A few of
 * those halt Trident until their time-out.
 *
 * <p>An outage logs one WARN at its start and one INFO at its end. Interrupting the waiting thread ends the wait. Used
 * by one thread.
 */
public final class BackoffRetrier {
    private static final Logger LOG = LoggerFactory.getLogger(BackoffRetrier.class);
    private static final Duration MIN_PAUSE = Duration.ofMillis(100);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(2);

    /** Lets time pass. */
    @FunctionalInterface
    public interface Pause {
        void last(Duration time) throws InterruptedException;
    }

    private final InstantSource clock;
    private final Pause pause;
    private final LoopObserver observer;

    public BackoffRetrier(InstantSource clock, Pause pause, LoopObserver observer) {
        this.clock = clock;
        this.pause = pause;
        this.observer = observer;
    }

    /** Pauses in real time. */
    public static BackoffRetrier real(LoopObserver observer) {
        CountDownLatch never = new CountDownLatch(1);
        return new BackoffRetrier(
                InstantSource.system(), time -> never.await(time.toMillis(), TimeUnit.MILLISECONDS), observer);
    }

    /** Something that can be tried again. */
    @FunctionalInterface
    public interface Attempt<T> {
        T make();
    }

    /**
     * Makes attempts until one ends without {@link SinkUnavailableException}, {@link StoreUnavailableException} and
     * {@link SchemasUnavailableException}.
     *
     * @param what what waits meanwhile, for the log
     * @throws StoppedException if the thread is interrupted
     */
    public <T> T untilAvailable(String what, Attempt<T> attempt) {
        try {
            return attempt.make();
        } catch (SinkUnavailableException | StoreUnavailableException | SchemasUnavailableException e) {
            observer.waits();
            try {
                return waitOut(what, attempt, e);
            } finally {
                observer.continues();
            }
        }
    }

    private <T> T waitOut(String what, Attempt<T> attempt, RuntimeException first) {
        long beganMs = clock.millis();
        if (!Thread.currentThread().isInterrupted()) {
            LOG.warn("{} waits: {}", what, first.getMessage());
        }
        RuntimeException last = first;
        Duration time = MIN_PAUSE;
        while (true) {
            observer.failed(last);
            pause(what, time, last);
            try {
                T result = attempt.make();
                LOG.info("{} continues after {}", what, Duration.ofMillis(clock.millis() - beganMs));
                return result;
            } catch (SinkUnavailableException | StoreUnavailableException | SchemasUnavailableException e) {
                last = e;
                time = time.multipliedBy(2);
                if (time.compareTo(MAX_PAUSE) > 0) {
                    time = MAX_PAUSE;
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
