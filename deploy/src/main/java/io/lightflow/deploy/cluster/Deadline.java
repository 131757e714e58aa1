package io.lightflow.deploy.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The point in time by which an operation has to be finished, handed down to its parts. Immutable. */
final class Deadline {
    private static final long POLL_NANOS = Duration.ofMillis(20).toNanos();

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    boolean isPast() {
        return end - System.nanoTime() <= 0;
    }

    /**
     * Waits until the condition holds, looking at it every 20 ms.
     *
     * @return whether it holds; false when the deadline came first
     * @throws IllegalStateException when the thread is interrupted, with its interrupt flag set
     */
    boolean await(Condition condition) {
        while (!condition.holds()) {
            if (isPast()) {
                return condition.holds();
            }
            LockSupport.parkNanos(POLL_NANOS);
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("Interrupted while waiting for a process of the cluster");
            }
        }
        return true;
    }

    @FunctionalInterface
    interface Condition {
        boolean holds();
    }
}
