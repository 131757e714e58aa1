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
 * Sends requests at a steady rate, and takes how long each of them takes.
 *
 * <p>Request n is due n / rate seconds after the first, however long those before it take, and goes over the first
 * connection that is free. Its time is taken from when it was due, not from when it was sent. Otherwise a server that
 * stands still would be asked less for as long as it does, and what it keeps waiting would not show in the figures
 * (coordinated omission).
 *
 * <p>The times of the first requests are not kept: what connections, compiler and caches need at the start is not what
 * users see later. There is no pause after them, or that would be a start again.
 *
 * <p>Every connection is opened, used and closed by a thread of its own; {@link #run} is called by one thread at a
 * time.
 *
 * @param rate requests per second, over all connections
 * @param warmUpSeconds how long to ask before times are kept; 0 to keep all
 * @param seconds how long to ask then
 * @param connections how many requests can be under way at once
 * @param <K> the kinds of requests, whose times are kept apart; Void if there is but one
 */
record PacedLoad<K>(int rate, int warmUpSeconds, int seconds, int connections, Opener<K> opener) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double LEAST_SHARE_OF_RATE = 0.99;
    private static final int DIGITS = 3;

    PacedLoad {
        if (rate < 1 || warmUpSeconds < 0 || seconds < 1 || connections < 1) {
            throw new IllegalArgumentException("rate, seconds and connections must be at least 1, and are " + rate
                    + ", " + seconds + " and " + connections + "; warmUpSeconds is " + warmUpSeconds);
        }
    }

    /** Warms up for half as long. */
    PacedLoad(int rate, int seconds, int connections, Opener<K> opener) {
        this(rate, Math.max(1, seconds / 2), seconds, connections, opener);
    }

    /** Opens a connection. */
    @FunctionalInterface
    interface Opener<K> {
        Connection<K> open() throws IOException;
    }

    /** Where one request is sent after the other. */
    @FunctionalInterface
    interface Connection<K> extends AutoCloseable {
        /**
         * Sends a request, and returns when it has been answered.
         *
         * @param number of the request, from 0 on
         * @return of which kind it was
         * @throws IOException if the answer is not what it must be; it ends the run
         */
        K ask(long number) throws IOException, InterruptedException;

        @Override
        default void close() throws IOException {}
    }

    /**
     * What a run came to.
     *
     * @param nanos how long requests took from when they were due, by kind; to three digits
     * @param perSecond how many were answered each second
     * @param held whether that is the rate that was wanted, but for 1%
     */
    record Run<K>(Map<K, Histogram> nanos, double perSecond, boolean held) {
        /** The times of all kinds together. */
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
     * @param whenWarm called by this thread when the first request whose time is kept is due
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
