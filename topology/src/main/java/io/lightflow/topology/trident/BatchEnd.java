package io.lightflow.topology.trident;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells the spout's task how far the loop is with a batch, until its commit has ended, well or not. It decides only
 * when the next batch is polled, and whether a replay is empty. A late or missing notice costs time and nothing else.
 * Thread-safe.
 */
public final class BatchEnd {
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean begun;

    BatchEnd() {}

    /** The loop begins to work on the batch. */
    void begin() {
        begun = true;
    }

    /** Whether the loop works on the batch, or its commit is in flight. */
    boolean isAtWork() {
        return begun && ended.getCount() > 0;
    }

    /** The commit has ended, or nobody will tell. */
    void come() {
        ended.countDown();
    }

    /**
     * Waits until the commit has ended.
     *
     * @return whether it ended within the time
     */
    boolean await(Duration timeout) throws InterruptedException {
        return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
}
