package io.lightflow.lab.load;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Sends requests at a constant rate, and measures the latency of each.
 *
 * <p>Request n is due n / rate seconds after the first, independent of earlier requests, and uses the first free
 * connection. Its latency starts when it was due, not when it was sent. Otherwise a stalled server would receive fewer
 * requests during the stall, and the results would hide the waiting time (coordinated omission).
 *
 * <p>The first requests are not measured: users do not see the warm-up of connections, compiler and caches. No pause
 * follows them, because a pause would require another warm-up.
 *
 * <p>A separate thread opens, uses and closes each connection. One thread at a time calls {@link #run}.
 *
 * @param rate requests per second, over all connections
 * @param warmUpSeconds duration of the warm-up; 0 to measure all requests
 * @param seconds duration of the measurement
 * @param connections maximum number of concurrent requests
 * @param <K> the kinds of requests, which are measured separately; Void for a single kind
 */
record PacedLoad<K>(int rate, int warmUpSeconds, int seconds, int connections, Opener<K> opener) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double LEAST_SHARE_OF_RATE = 0.99;
    private static final int DIGITS = 3;

    PacedLoad {
        if (rate < 1 || warmUpSeconds < 0 || seconds < 1 || connections < 1) {
            throw new IllegalArgumentException("rate, seconds and connections must be at least 1, but are " + rate
                    + ", " + seconds + " and " + connections + "; warmUpSeconds is " + warmUpSeconds);
        }
    }

    /** Warms up for half of the duration. */
    PacedLoad(int rate, int seconds, int connections, Opener<K> opener) {
        this(rate, Math.max(1, seconds / 2), seconds, connections, opener);
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

    /**
     * The results of a run.
     *
     * @param nanos latencies since the requests were due, by kind, with three digits
     * @param perSecond responses per second
     * @param held whether that is the requested rate within 1%
     */
    record Run<K>(Map<K, Histogram> nanos, double perSecond, boolean held) {
        /** The latencies of all kinds. */
        Histogram all() {
            Histogram all = new Histogram(DIGITS);
            nanos.values().forEach(all::add);
            return all;
        }
    }

    /** @throws ExecutionException of the first request that failed */
    Run<K> run() throws InterruptedException, ExecutionException {
        return run(() -> {});
    }

    /**
     * @param whenWarm runs in this thread when the first measured request is due
     * @throws ExecutionException of the first request that failed
     */
    Run<K> run(Runnable whenWarm) throws InterruptedException, ExecutionException {
        AtomicLong next = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            CompletionService<Map<K, Histogram>> parts = new ExecutorCompletionService<>(threads);
            long begin = System.nanoTime();
            for (int i = 0; i < connections; i++) {
                parts.submit(() -> ask(begin, next));
            }
            long warm = due(begin, warmUpRequests());
            Map<K, Histogram> nanos = new HashMap<>();
            int ended = 0;
            for (long wait = warm - System.nanoTime(); wait > 0; wait = warm - System.nanoTime()) {
                // One that has failed, or that there was no request for.
                Future<Map<K, Histogram>> part = parts.poll(wait, TimeUnit.NANOSECONDS);
                if (part != null) {
                    add(part.get(), nanos);
                    ended++;
                }
            }
            whenWarm.run();
            for (; ended < connections; ended++) {
                add(parts.take().get(), nanos);
            }
            double perSecond = (long) rate * seconds / ((System.nanoTime() - warm) / NANOS_PER_SECOND);
            return new Run<>(nanos, perSecond, perSecond >= LEAST_SHARE_OF_RATE * rate);
        } finally {
            threads.shutdownNow();
        }
    }

    private Map<K, Histogram> ask(long begin, AtomicLong next) throws IOException, InterruptedException {
        long warmUpRequests = warmUpRequests();
        long requests = warmUpRequests + (long) rate * seconds;
        Map<K, Histogram> nanos = new HashMap<>();
        try (Connection<K> connection = opener.open()) {
            for (long number = next.getAndIncrement(); number < requests; number = next.getAndIncrement()) {
                long due = due(begin, number);
                awaitNanoTime(due);
                K kind = connection.ask(number);
                if (number >= warmUpRequests) {
                    of(kind, nanos).recordValue(System.nanoTime() - due);
                }
            }
        }
        return nanos;
    }

    private static <K> void add(Map<K, Histogram> part, Map<K, Histogram> nanos) {
        part.forEach((kind, more) -> of(kind, nanos).add(more));
    }

    private long warmUpRequests() {
        return (long) rate * warmUpSeconds;
    }

    private long due(long begin, long number) {
        return begin + (long) (number * NANOS_PER_SECOND / rate);
    }

    private static void awaitNanoTime(long due) throws InterruptedException {
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            LockSupport.parkNanos(wait);
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted before the next request was due");
            }
        }
    }

    /** The times of a kind, to add to. */
    static <T> Histogram of(T kind, Map<T, Histogram> nanos) {
        return nanos.computeIfAbsent(kind, first -> new Histogram(DIGITS));
    }

    /** @param percentile of 100, such as 99; 100 for the longest */
    static double millis(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
    }
}
