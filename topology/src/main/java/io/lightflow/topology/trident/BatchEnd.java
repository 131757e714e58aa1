package io.lightflow.topology.trident;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells the spout's task that the commit of a batch has ended, well or not. It decides only when the next batch is
 * polled, so a late or missing notice costs time and nothing else. Thread-safe.
 */
public final class BatchEnd {
    private final CountDownLatch ended = new CountDownLatch(1);

    BatchEnd() {}

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
