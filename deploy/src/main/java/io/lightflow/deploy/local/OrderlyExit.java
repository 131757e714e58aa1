package io.lightflow.deploy.local;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a command in order when its process must exit, for example after Ctrl-C. It interrupts the command's thread,
 * which closes its resources, and delays the exit until then.
 */
public final class OrderlyExit {
    private static final int STOPPED_BY_SIGNAL = 130;
    private static final Duration END_TIMEOUT = Duration.ofSeconds(90);

    private final CountDownLatch ended = new CountDownLatch(1);
    private Thread running;
    private volatile boolean stopping;

    /**
     * Runs a command in this thread; may be called once.
     *
     * @return its exit status, or 130 if it was interrupted
     */
    public int run(Callable<Integer> command) throws Exception {
        running = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "lightflow-stop"));
        try {
            return command.call();
        } catch (Exception e) {
            if (stopping) {
                // The failure itself results from the interrupt; those of closing are suppressed in it.
                tellFailures(e.getSuppressed());
                return STOPPED_BY_SIGNAL;
            }
            throw e;
        } finally {
            ended.countDown();
        }
    }

    private static void tellFailures(Throwable[] failures) {
        for (Throwable failure : failures) {
            System.err.println("Stopping failed: " + failure);
        }
    }

    /** Interrupts the command unless it was interrupted, and returns when it has ended. Shutdown hooks call it. */
    public void stop() {
        interrupt();
        try {
            ended.await(END_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void interrupt() {
        if (!stopping && ended.getCount() > 0) {
            stopping = true;
            System.out.println(System.lineSeparator() + "Stopping ...");
            running.interrupt();
        }
    }
}
