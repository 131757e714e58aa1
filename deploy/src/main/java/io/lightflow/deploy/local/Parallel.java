package io.lightflow.deploy.local;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does several things at once and waits for all of them. */
final class Parallel {
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
                        failure = new IllegalStateException(action + " failed: " + e.getCause(), e.getCause());
                    } else {
                        failure.addSuppressed(e.getCause());
                    }
                }
            }
            if (failure != null) {
                throw failure;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + action, e);
        } finally {
            threads.shutdownNow();
        }
    }
}
