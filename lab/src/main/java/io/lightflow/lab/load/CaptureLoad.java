package io.lightflow.lab.load;

import io.lightflow.producer.link.LinkKind;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * Sends the requests of {@link CaptureLoadRequests} when they are due, each over the connection that has been free for
 * the longest time. A latency counts from when the request was due, even if no connection was free.
 *
 * <p>One thread sends and another one reads the responses of all connections: server and load share the machine, and a
 * thread for each connection would cost more than the server does.
 */
final class CaptureLoad implements AutoCloseable {
    /** How long no response may arrive while requests wait for one. */
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(60);

    private static final int MAX_REQUEST_BYTES = 1 << 13;

    private final LoadSchedule schedule;
    private final Selector selector;
    private final BlockingQueue<CaptureConnection> free;
    private final CaptureLoadRequests requests = new CaptureLoadRequests();
    private final BitSet answered = new BitSet();
    private final AtomicLong cpuNanos = new AtomicLong();

    CaptureLoad(LoadSchedule schedule, int connections, URI server) throws IOException {
        this.schedule = schedule;
        this.selector = Selector.open();
        this.free = new ArrayBlockingQueue<>(connections);
        for (int i = 0; i < connections; i++) {
            free.add(new CaptureConnection(server, selector));
        }
    }

    /**
     * @param whenWarm runs in this thread when the first measured request is due
     * @throws ExecutionException of the first request that failed
     */
    LoadSchedule.Run<LinkKind> run(Runnable whenWarm) throws InterruptedException, ExecutionException {
        return schedule.run(List.of(this::send, this::receive), whenWarm);
    }

    /** The numbers of the requests whose events the server has promised to keep; complete after the run. */
    BitSet answered() {
        return answered;
    }

    /** Processor time of the two threads since the first measured request. */
    Duration cpu() {
        return Duration.ofNanos(cpuNanos.get());
    }

    private Map<LinkKind, Histogram> send(long begin) throws IOException, InterruptedException {
        ByteBuffer request = ByteBuffer.allocateDirect(MAX_REQUEST_BYTES);
        long cpuBefore = 0;
        for (long number = 0; number < schedule.requests(); number++) {
            if (number == schedule.warmUpRequests()) {
                cpuBefore = threadCpuNanos();
            }
            request.clear();
            request.put(requests.request(number)).flip();
            long due = schedule.due(begin, number);
            LoadSchedule.awaitNanoTime(due);
            CaptureConnection connection = free.poll(RESPONSE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            if (connection == null) {
                throw noResponse();
            }
            connection.send(number, due, request);
        }
        cpuNanos.addAndGet(threadCpuNanos() - cpuBefore);
        return Map.of();
    }

    private Map<LinkKind, Histogram> receive(long begin) throws IOException {
        Map<LinkKind, Histogram> nanos = new HashMap<>();
        long cpuBefore = 0;
        long missing = schedule.requests();
        while (missing > 0) {
            if (selector.select(RESPONSE_TIMEOUT.toMillis()) == 0) {
                throw noResponse();
            }
            if (cpuBefore == 0 && System.nanoTime() >= schedule.due(begin, schedule.warmUpRequests())) {
                cpuBefore = threadCpuNanos();
            }
            for (SelectionKey key : selector.selectedKeys()) {
                CaptureConnection connection = (CaptureConnection) key.attachment();
                if (connection.read()) {
                    answered.set(Math.toIntExact(connection.number()));
                    schedule.record(
                            nanos, connection.kind(), connection.number(), System.nanoTime() - connection.dueNanos());
                    missing--;
                    free.add(connection);
                }
            }
            selector.selectedKeys().clear();
        }
        cpuNanos.addAndGet(threadCpuNanos() - cpuBefore);
        return nanos;
    }

    private static IOException noResponse() {
        return new IOException("expected a response within " + RESPONSE_TIMEOUT.toSeconds() + " s, found none");
    }

    private static long threadCpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            ((CaptureConnection) key.attachment()).close();
        }
        selector.close();
    }
}
