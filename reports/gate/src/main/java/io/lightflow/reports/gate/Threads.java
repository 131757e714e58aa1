package io.lightflow.reports.gate;

import java.time.Duration;

/** Ends threads. */
final class Threads {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private Threads() {}

    /** @param force what makes it end if it does not by itself */
    static void await(Thread thread, Runnable force) {
        try {
            thread.join(PATIENCE.toMillis());
            if (thread.isAlive()) {
                force.run();
                thread.join(PATIENCE.toMillis());
            }
        } catch (InterruptedException e) {
            force.run();
            Thread.currentThread().interrupt();
        }
    }
}
