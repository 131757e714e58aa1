package io.lightflow.deploy.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Does several things at once and waits for all of them. */
final class Parallel {
    private static final Duration END_WITHIN = Duration.ofSeconds(60);

    private Parallel() {}

    /**
     * @param action what is being done, for the message
     * @throws IllegalStateException if one of them failed, with the others as suppressed
     */
    static void run(String action, List<Callable<Void>> things) {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, things.size()));
        try {
            List<Future<Void>> running = new ArrayList<>();
            things.forEach(thing -> running.add(threads.submit(thing)));
            IllegalStateException failure = null;
            for (Future<Void> one : running) {
                try {
                    one.get();
                } catch (ExecutionException e) {
                    if (failure == null) {
                        failure = new IllegalStateException(action + " failed: " + message(e.getCause()), e.getCause());
                    } else {
                        failure.addSuppressed(e.getCause());
                    }
                }
            }
            if (failure != null) {
                throw failure;
            }
        } catch (InterruptedException e) {
            awaitEnd(threads);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + action, e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static String message(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    /** A server that is interrupted in the middle of its start is harder to stop than one that has started. */
    private static void awaitEnd(ExecutorService threads) {
        threads.shutdown();
        try {
            threads.awaitTermination(END_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
