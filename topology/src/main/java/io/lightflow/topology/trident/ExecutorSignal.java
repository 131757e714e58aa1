package io.lightflow.topology.trident;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Wakes the executors of one topology in this process. An executor that has emitted tuples raises the signal, so that
 * the others look into their queues at once. Storm itself only lets them look now and then. Thread-safe.
 */
final class ExecutorSignal {
    private static final Map<String, ExecutorSignal> BY_TOPOLOGY = new ConcurrentHashMap<>();

    private volatile long raised;

    ExecutorSignal() {}

    /** The signal of the topology with this Storm name. */
    static ExecutorSignal of(String stormName) {
        return BY_TOPOLOGY.computeIfAbsent(stormName, absent -> new ExecutorSignal());
    }

    /** Wakes all that wait. Returns the new count. */
    synchronized long raise() {
        raised++;
        notifyAll();
        return raised;
    }

    /** How often it has been raised. */
    long count() {
        return raised;
    }

    /**
     * Waits until the signal has been raised more often, or the time is over.
     *
     * @param seen the count that the caller has reacted to
     * @return the present count
     */
    long await(long seen, long timeoutMs) throws InterruptedException {
        if (raised != seen) {
            return raised;
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        synchronized (this) {
            long leftMs = timeoutMs;
            while (raised == seen && leftMs > 0) {
                wait(leftMs);
                leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            }
            return raised;
        }
    }
}
