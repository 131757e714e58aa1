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
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * CPU and time that the store takes of one event of the join: blocks of impressions over many join keys, for each the
 * small row of its key read whole, its id looked for in the row of its day, and its cell added there. Arguments:
 * events, events of a block, join keys, bytes of a value, generations.
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
        int block = argument(arguments, 1, 2_500);
        int keys = argument(arguments, 2, 300_000);
        int valueBytes = argument(arguments, 3, 300);
        int generations = argument(arguments, 4, 1);
        Path directory = Files.createTempDirectory("join-store-benchmark");
        Duration retention = Duration.ofDays(30);
        Instant[] now = {Instant.EPOCH};
        JoinStoreBenchmark reads = new JoinStoreBenchmark();
        JoinStoreBenchmark writes = new JoinStoreBenchmark();
        long cells = 0;
        Random random = new Random(1);
        Set<Integer> seen = new HashSet<>();
        try (JoinStore store = RocksDbJoinStore.acquire(new RocksDbSettings(directory, retention), () -> now[0])) {
            for (int done = 0; done < events; done += block) {
                now[0] = Instant.EPOCH.plus(retention.multipliedBy((long) generations * done / events));
                List<RowRange> keyRows = new ArrayList<>(block);
                List<RowRange> dayRows = new ArrayList<>(block);
                List<NewCell> added = new ArrayList<>(block);
                for (int i = 0; i < block; i++) {
                    int joinKey = random.nextInt(keys);
                    byte[] keyRow = row('k', joinKey);
                    byte[] dayRow = row('d', joinKey);
                    byte[] key = new byte[57];
                    byte[] value = new byte[valueBytes];
                    random.nextBytes(key);
                    random.nextBytes(value);
                    Arrays.fill(value, value.length / 2, value.length, (byte) 'a');
                    keyRows.add(RowRange.wholeRow(keyRow));
                    if (seen.add(joinKey)) {
                        added.add(new NewCell(keyRow, Arrays.copyOf(key, 17), new byte[0]));
                    } else {
                        dayRows.add(new RowRange(dayRow, Arrays.copyOf(key, 37)));
                    }
                    added.add(new NewCell(dayRow, key, value));
                }
                List<Row> found = new ArrayList<>(2 * block);
                reads.measure(() -> found.addAll(store.read(keyRows)));
                reads.measure(() -> found.addAll(store.read(dayRows)));
                writes.measure(() -> store.write(added));
                cells += found.stream().mapToInt(Row::size).sum();
            }
        } finally {
            delete(directory);
        }
        System.out.printf(
                "%,d events in blocks of %,d over %,d join keys, values of %d bytes, %d generations, %.1f cells read"
                        + " an event%nreads of an event:  %s%nwrites of an event: %s%n",
                events,
                block,
                keys,
                valueBytes,
                generations,
                (double) cells / events,
                reads.perUnit(events),
                writes.perUnit(events));
    }

    private static byte[] row(char kind, int joinKey) {
        return ByteBuffer.allocate(37)
                .put((byte) kind)
                .putInt(0)
                .putLong(joinKey * 0x9E3779B97F4A7C15L)
                .array();
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
