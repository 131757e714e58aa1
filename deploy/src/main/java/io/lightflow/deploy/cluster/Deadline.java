package io.lightflow.deploy.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The time by which an operation must finish, passed down to its steps. Immutable. */
public final class Deadline {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

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
     * Waits until the condition holds, and checks it every 20 ms.
     *
     * @return whether it holds; false if the deadline passed first
     * @throws IllegalStateException if the thread is interrupted, with its interrupt flag set
     */
    public boolean await(Condition condition) {
        return await(POLL_INTERVAL, condition);
    }

    /** Like {@link #await(Condition)}, for conditions that are expensive to check. */
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

    /** The awaited condition. */
    @FunctionalInterface
    public interface Condition {
        boolean holds();
    }
}
