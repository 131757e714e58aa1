package io.lightflow.lab.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * The due times of the requests of a load: request n is due n / rate seconds after the first. The first ones are not
 * measured: users do not see the warm-up of connections, compiler and caches. No pause follows them, because a pause
 * would require another warm-up.
 *
 * @param rate requests per second, over all connections
 * @param warmUpSeconds duration of the warm-up; 0 to measure all requests
 * @param seconds duration of the measurement
 */
record LoadSchedule(int rate, int warmUpSeconds, int seconds) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double LEAST_SHARE_OF_RATE = 0.99;
    private static final int DIGITS = 3;

    LoadSchedule {
        if (rate < 1 || warmUpSeconds < 0 || seconds < 1) {
            throw new IllegalArgumentException("rate and seconds must be at least 1, but are " + rate + " and "
                    + seconds + "; warmUpSeconds is " + warmUpSeconds);
        }
    }

    /** Warms up for half of the duration. */
    static LoadSchedule of(int rate, int seconds) {
        return new LoadSchedule(rate, Math.max(1, seconds / 2), seconds);
    }

    /** A thread of the load. */
    @FunctionalInterface
    interface Part<K> {
        /**
         * @param beginNanos when the first request is due
         * @return the latencies that it measured, by kind of request
         */
        Map<K, Histogram> run(long beginNanos) throws Exception;
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

    /**
     * Runs each part in a thread, and returns when all have ended.
     *
     * @param whenWarm runs in the caller's thread when the first measured request is due
     * @throws ExecutionException of the first part that failed
     */
    <K> Run<K> run(List<Part<K>> parts, Runnable whenWarm) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(parts.size());
        try {
            CompletionService<Map<K, Histogram>> running = new ExecutorCompletionService<>(threads);
            long begin = System.nanoTime();
            parts.forEach(part -> running.submit(() -> part.run(begin)));
            long warm = due(begin, warmUpRequests());
            Map<K, Histogram> nanos = new HashMap<>();
            int ended = 0;
            for (long wait = warm - System.nanoTime(); wait > 0; wait = warm - System.nanoTime()) {
                // One that has failed, or that there was no request for.
                Future<Map<K, Histogram>> part = running.poll(wait, TimeUnit.NANOSECONDS);
                if (part != null) {
                    add(part.get(), nanos);
                    ended++;
                }
            }
            whenWarm.run();
            for (; ended < parts.size(); ended++) {
                add(running.take().get(), nanos);
            }
            double perSecond = (long) rate * seconds / ((System.nanoTime() - warm) / NANOS_PER_SECOND);
            return new Run<>(nanos, perSecond, perSecond >= LEAST_SHARE_OF_RATE * rate);
        } finally {
            threads.shutdownNow();
        }
    }

    private static <K> void add(Map<K, Histogram> part, Map<K, Histogram> nanos) {
        part.forEach((kind, more) -> of(kind, nanos).add(more));
    }

    long warmUpRequests() {
        return (long) rate * warmUpSeconds;
    }

    /** All requests, those of the warm-up included. */
    long requests() {
        return warmUpRequests() + (long) rate * seconds;
    }

    /** The due time of a request, in nanoseconds of {@link System#nanoTime}. */
    long due(long beginNanos, long number) {
        return beginNanos + (long) (number * NANOS_PER_SECOND / rate);
    }

    /** Adds a response to the latencies, unless it belongs to the warm-up. */
    <K> void record(Map<K, Histogram> nanos, K kind, long number, long latencyNanos) {
        if (number >= warmUpRequests()) {
            of(kind, nanos).recordValue(latencyNanos);
        }
    }

    static void awaitNanoTime(long due) throws InterruptedException {
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
