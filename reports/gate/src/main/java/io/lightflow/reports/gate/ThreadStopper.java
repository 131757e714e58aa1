package io.lightflow.reports.gate;

import java.time.Duration;

/** Stops threads. */
final class ThreadStopper {
    private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(2);

    private ThreadStopper() {}

    /** @param force forces the thread to end if it does not end by itself */
    static void await(Thread thread, Runnable force) {
        try {
            thread.join(JOIN_TIMEOUT.toMillis());
            if (thread.isAlive()) {
                force.run();
                thread.join(JOIN_TIMEOUT.toMillis());
            }
        } catch (InterruptedException e) {
            force.run();
            Thread.currentThread().interrupt();
        }
    }
}
