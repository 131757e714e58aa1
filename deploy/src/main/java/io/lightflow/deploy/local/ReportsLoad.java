package io.lightflow.deploy.local;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Asks a reports server for decisions at a steady rate, a thread for each connection. */
final class ReportsLoad {
    private static final double NANOS_PER_SECOND = 1e9;

    private final URI server;
    private final byte[][] requests;
    private final int rate;
    private final int connections;
    private final LongAdder refused = new LongAdder();

    /**
     * @param token null to send none
     * @param rate checks per second, over all connections
     */
    ReportsLoad(URI server, String token, List<String> campaigns, int rate, int connections) {
        this.server = server;
        this.requests = campaigns.stream()
                .map(campaign -> DecisionConnection.request(server, token, campaign))
                .toArray(byte[][]::new);
        this.rate = rate;
        this.connections = connections;
    }

    /**
     * @return the nanoseconds of each check, from when it was due: waiting for an earlier one counts
     * @throws ExecutionException if an answer is anything but a decision
     */
    long[] run(int seconds) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            long begin = System.nanoTime();
            List<Future<long[]>> parts = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int index = i;
                parts.add(threads.submit(() -> check(index, begin, seconds)));
            }
            List<long[]> nanos = new ArrayList<>();
            for (Future<long[]> part : parts) {
                nanos.add(part.get());
            }
            return nanos.stream().flatMapToLong(Arrays::stream).toArray();
        } finally {
            threads.shutdownNow();
        }
    }

    /** How many checks were answered with anything but to bid. */
    long refused() {
        return refused.sum();
    }

    private long[] check(int index, long begin, int seconds) throws IOException {
        long[] nanos = new long[rate * seconds / connections];
        double pause = NANOS_PER_SECOND * connections / rate;
        double offset = pause * index / connections;
        try (DecisionConnection connection = new DecisionConnection(server)) {
            for (int i = 0; i < nanos.length; i++) {
                long due = begin + (long) (offset + i * pause);
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                if (!connection.decide(requests[(index + i * connections) % requests.length])) {
                    refused.increment();
                }
                nanos[i] = System.nanoTime() - due;
            }
        }
        return nanos;
    }
}
