package io.lightflow.deploy.local;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How a command ends when its process is told to exit, by Ctrl-C for example: the thread that runs it is interrupted
 * and closes what it has opened, in order, and the process waits for that.
 */
public final class OrderlyExit {
    private static final int STOPPED_BY_SIGNAL = 130;
    private static final Duration END_WITHIN = Duration.ofSeconds(90);

    private final CountDownLatch ended = new CountDownLatch(1);
    private Thread running;
    private volatile boolean stopping;

    /**
     * Runs a command in this thread; once.
     *
     * @return its exit code, or 130 if it was interrupted
     */
    public int run(Callable<Integer> command) throws Exception {
        running = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "lightflow-stop"));
        try {
            return command.call();
        } catch (Exception e) {
            if (stopping) {
                // Whatever it says, it is that it was interrupted.
                return STOPPED_BY_SIGNAL;
            }
            throw e;
        } finally {
            ended.countDown();
        }
    }

    /**
     * Interrupts the command, if nobody has yet, and returns when it has ended. For threads that run when the process
     * exits.
     */
    public void stop() {
        interrupt();
        try {
            ended.await(END_WITHIN.toSeconds(), TimeUnit.SECONDS);
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
