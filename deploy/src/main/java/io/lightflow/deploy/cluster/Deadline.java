package io.lightflow.deploy.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The point in time by which an operation has to be finished, handed down to its parts. Immutable. */
public final class Deadline {
    private static final Duration POLL = Duration.ofMillis(20);

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    public boolean isPast() {
        return end - System.nanoTime() <= 0;
    }

    /**
     * Waits until the condition holds, looking at it every 20 ms.
     *
     * @return whether it holds; false when the deadline came first
     * @throws IllegalStateException when the thread is interrupted, with its interrupt flag set
     */
    public boolean await(Condition condition) {
        return await(POLL, condition);
    }

    /** As {@link #await(Condition)}, for conditions that are not looked at for nothing. */
    public boolean await(Duration lookEvery, Condition condition) {
        while (!condition.holds()) {
            if (isPast()) {
                return condition.holds();
            }
            LockSupport.parkNanos(lookEvery.toNanos());
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("Interrupted while waiting for a process of the cluster");
            }
        }
        return true;
    }

    /** What is waited for. */
    @FunctionalInterface
    public interface Condition {
        boolean holds();
    }
}
