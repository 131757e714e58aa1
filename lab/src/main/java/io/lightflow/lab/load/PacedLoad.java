package io.lightflow.lab.load;

import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * Sends requests at a constant rate, and measures the latency of each.
 *
 * <p>A request is due at its time on the {@linkplain LoadSchedule schedule}, independent of earlier requests, and uses
 * the first free connection. Its latency starts when it was due, not when it was sent. Otherwise a stalled server would
 * receive fewer requests during the stall, and the results would hide the waiting time (coordinated omission).
 *
 * <p>A separate thread opens, uses and closes each connection. One thread at a time calls {@link #run}.
 *
 * @param connections maximum number of concurrent requests
 * @param <K> the kinds of requests, which are measured separately; Void for a single kind
 */
record PacedLoad<K>(LoadSchedule schedule, int connections, Opener<K> opener) {
    PacedLoad {
        if (connections < 1) {
            throw new IllegalArgumentException("connections must be at least 1, but are " + connections);
        }
    }

    /** Opens a connection. */
    @FunctionalInterface
    interface Opener<K> {
        Connection<K> open() throws IOException;
    }

    /** Sends requests one after the other. */
    @FunctionalInterface
    interface Connection<K> extends AutoCloseable {
        /**
         * Sends a request, and returns after its response.
         *
         * @param number number of the request, from 0
         * @return the kind of the request
         * @throws IOException if the response is wrong; it ends the run
         */
        K ask(long number) throws IOException, InterruptedException;

        @Override
        default void close() throws IOException {}
    }

    /** @throws ExecutionException of the first request that failed */
    LoadSchedule.Run<K> run() throws InterruptedException, ExecutionException {
        return run(() -> {});
    }

    /**
     * @param whenWarm runs in this thread when the first measured request is due
     * @throws ExecutionException of the first request that failed
     */
    LoadSchedule.Run<K> run(Runnable whenWarm) throws InterruptedException, ExecutionException {
        AtomicLong next = new AtomicLong();
        return schedule.run(Collections.nCopies(connections, begin -> ask(begin, next)), whenWarm);
    }

    private Map<K, Histogram> ask(long begin, AtomicLong next) throws IOException, InterruptedException {
        Map<K, Histogram> nanos = new HashMap<>();
        try (Connection<K> connection = opener.open()) {
            for (long number = next.getAndIncrement(); number < schedule.requests(); number = next.getAndIncrement()) {
                long due = schedule.due(begin, number);
                LoadSchedule.awaitNanoTime(due);
                K kind = connection.ask(number);
                schedule.record(nanos, kind, number, System.nanoTime() - due);
            }
        }
        return nanos;
    }
}
