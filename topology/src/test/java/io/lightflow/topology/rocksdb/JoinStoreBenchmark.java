package io.lightflow.topology.rocksdb;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.lightflow.store.JoinStore;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * CPU and time of one read row and one written cell: blocks of events over many join keys, one row read and one cell
 * written for each event. Arguments: events, events of a block, join keys, bytes of a value, generations.
 */
final class JoinStoreBenchmark {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long threadNs;
    private long processNs;
    private long wallNs;

    private JoinStoreBenchmark() {}

    private void measure(Runnable work) {
        long thread = THREAD.getCurrentThreadCpuTime();
        long process = PROCESS.getProcessCpuTime();
        long wall = System.nanoTime();
        work.run();
        threadNs += THREAD.getCurrentThreadCpuTime() - thread;
        processNs += PROCESS.getProcessCpuTime() - process;
        wallNs += System.nanoTime() - wall;
    }

    private String perUnit(int units) {
        return "%.2f us CPU in the caller, %.2f with the background, %.2f us elapsed"
                .formatted(threadNs / 1e3 / units, processNs / 1e3 / units, wallNs / 1e3 / units);
    }

    public static void main(String[] arguments) throws IOException {
        int events = argument(arguments, 0, 2_100_000);
        int block = argument(arguments, 1, 20_000);
        int keys = argument(arguments, 2, 300_000);
        int valueBytes = argument(arguments, 3, 150);
        int generations = argument(arguments, 4, 1);
        Path directory = Files.createTempDirectory("join-store-benchmark");
        Duration retention = Duration.ofDays(30);
        Instant[] now = {Instant.EPOCH};
        JoinStoreBenchmark reads = new JoinStoreBenchmark();
        JoinStoreBenchmark writes = new JoinStoreBenchmark();
        long cells = 0;
        Random random = new Random(1);
        try (JoinStore store = RocksDbJoinStore.acquire(new RocksDbSettings(directory, retention), () -> now[0])) {
            for (int done = 0; done < events; done += block) {
                now[0] = Instant.EPOCH.plus(retention.multipliedBy((long) generations * done / events));
                List<RowRange> ranges = new ArrayList<>(block);
                List<NewCell> added = new ArrayList<>(block);
                for (int i = 0; i < block; i++) {
                    byte[] row = ByteBuffer.allocate(24)
                            .putLong(random.nextInt(keys) * 0x9E3779B97F4A7C15L)
                            .array();
                    byte[] key = new byte[36];
                    byte[] value = new byte[valueBytes];
                    random.nextBytes(key);
                    random.nextBytes(value);
                    Arrays.fill(value, value.length / 2, value.length, (byte) 'a');
                    ranges.add(RowRange.wholeRow(row));
                    added.add(new NewCell(row, key, value));
                }
                List<Row> found = new ArrayList<>(block);
                reads.measure(() -> found.addAll(store.read(ranges)));
                writes.measure(() -> store.write(added));
                cells += found.stream().mapToInt(row -> row.cells().size()).sum();
            }
        } finally {
            delete(directory);
        }
        System.out.printf(
                "%,d events in blocks of %,d over %,d join keys, values of %d bytes, %d generations, %.1f cells a row%n"
                        + "read row:     %s%nwritten cell: %s%n",
                events,
                block,
                keys,
                valueBytes,
                generations,
                (double) cells / events,
                reads.perUnit(events),
                writes.perUnit(events));
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return index < arguments.length ? Integer.parseInt(arguments[index]) : otherwise;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
