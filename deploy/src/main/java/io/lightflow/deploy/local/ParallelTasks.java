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

/** Runs tasks concurrently and waits for all of them; or closes parts in stages. */
final class ParallelTasks {
    private static final Duration END_TIMEOUT = Duration.ofSeconds(60);

    private ParallelTasks() {}

    /**
     * @param action the action for messages
     * @throws IllegalStateException if a task failed, with further failures as suppressed exceptions
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

    /**
     * Closes the parts of one stage after those of another, whatever fails.
     *
     * @throws IllegalStateException if a part failed, with further failures as suppressed exceptions
     */
    static void stop(List<List<AutoCloseable>> stages) {
        IllegalStateException failure = null;
        for (List<AutoCloseable> stage : stages) {
            try {
                run("stopping", stage.stream().map(ParallelTasks::closing).toList());
            } catch (IllegalStateException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static Callable<Void> closing(AutoCloseable part) {
        return () -> {
            part.close();
            return null;
        };
    }

    private static String message(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    /** Waits for running tasks: a server that is interrupted during its start is harder to stop than a started one. */
    private static void awaitEnd(ExecutorService threads) {
        threads.shutdown();
        try {
            threads.awaitTermination(END_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
