package io.lightflow.topology.rocksdb;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.JoinStore;
import io.lightflow.store.KeyDay;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreQuery;
import io.lightflow.store.StoreReader;
import io.lightflow.store.StoreWrite;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
 * CPU and time that the store takes of one event of the join: blocks of impressions over many join keys. For each, the
 * row of its key is read, its id is looked for, the size of its day is asked for, and its cell is added. Arguments:
 * events, events of a block, join keys, bytes of a value, generations.
 */
final class JoinStoreBenchmark {
    private static final int SHARD = 0;
    private static final int EVENTS_PER_CLICK = 16;
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
        JoinStoreBenchmark rowReads = new JoinStoreBenchmark();
        JoinStoreBenchmark eventReads = new JoinStoreBenchmark();
        JoinStoreBenchmark writes = new JoinStoreBenchmark();
        Random random = new Random(1);
        try (JoinStore store = RocksDbJoinStore.acquire(new RocksDbSettings(directory, retention), () -> now[0])) {
            for (int done = 0; done < events; done += block) {
                now[0] = Instant.EPOCH.plus(retention.multipliedBy((long) generations * done / events));
                List<RowRange> rows = new ArrayList<>(block);
                List<EventQuery> ids = new ArrayList<>(block);
                List<KeyDay> days = new ArrayList<>(block);
                List<EventCell> added = new ArrayList<>(block);
                List<NewCell> clicks = new ArrayList<>();
                for (int i = 0; i < block; i++) {
                    byte[] joinKey = joinKey(random.nextInt(keys));
                    byte[] id = "impression-%020d".formatted(done + i).getBytes(StandardCharsets.US_ASCII);
                    byte[] value = new byte[valueBytes];
                    random.nextBytes(value);
                    Arrays.fill(value, value.length / 2, value.length, (byte) 'a');
                    rows.add(RowRange.wholeRow(keyRow(joinKey)));
                    if (i % EVENTS_PER_CLICK == 0) {
                        clicks.add(new NewCell(keyRow(joinKey), id, value));
                    }
                    ids.add(new EventQuery(EventType.IMPRESSION, joinKey, id));
                    days.add(new KeyDay(joinKey, 0));
                    added.add(
                            new EventCell(EventType.IMPRESSION, joinKey, id, 0, 1, 0, new Origin(1, done + i), value));
                }
                StoreReader reader = store.reader(SHARD);
                rowReads.measure(() -> reader.read(StoreQuery.ofRows(rows)));
                eventReads.measure(() -> reader.read(new StoreQuery(List.of(), ids, days)));
                writes.measure(() -> store.write(List.of(new StoreWrite(SHARD, clicks, added))));
            }
        } finally {
            delete(directory);
        }
        System.out.printf(
                "%,d events in blocks of %,d over %,d join keys, values of %d bytes, %d generations"
                        + "%nrow of an event:    %s%nid and day:         %s%nwrites of an event: %s%n",
                events,
                block,
                keys,
                valueBytes,
                generations,
                rowReads.perUnit(events),
                eventReads.perUnit(events),
                writes.perUnit(events));
    }

    private static byte[] joinKey(int number) {
        return ByteBuffer.allocate(36)
                .putInt(0)
                .putLong(number * 0x9E3779B97F4A7C15L)
                .array();
    }

    private static byte[] keyRow(byte[] joinKey) {
        return ByteBuffer.allocate(37).put((byte) 'k').put(joinKey).array();
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
