package io.lightflow.topology.eventlog;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import io.lightflow.store.StoreWrite;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Fills an event log as a rebuild does, then measures an id test, a bound of a day and an append, memory, disk and the
 * time that opening it takes. Arguments: events, events of a block, events of a join key, bytes of a value, days.
 */
final class EventLogBenchmark {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MEASURED_BLOCKS = 200;

    private final int block;
    private final int eventsPerKey;
    private final byte[] value;
    private final long msPerEvent;
    private final Random random = new Random(1);

    private EventLogBenchmark(long events, int block, int eventsPerKey, int valueBytes, int days) {
        this.block = block;
        this.eventsPerKey = eventsPerKey;
        this.msPerEvent = Math.max(1, days * KeyDay.DAY_MS / events);
        value = new byte[valueBytes];
        random.nextBytes(value);
        Arrays.fill(value, value.length / 2, value.length, (byte) 'a');
    }

    public static void main(String[] arguments) throws IOException {
        long events = argument(arguments, 0, 5_000_000);
        int block = argument(arguments, 1, 2_500);
        new EventLogBenchmark(
                        events,
                        block,
                        argument(arguments, 2, 7),
                        argument(arguments, 3, 250),
                        argument(arguments, 4, 30))
                .run(events);
    }

    private void run(long events) throws IOException {
        Path directory = Files.createTempDirectory("event-log-benchmark");
        EventLogSettings settings = new EventLogSettings(directory, Duration.ofDays(61));
        try {
            LogPosition end = LogPosition.NONE;
            long residentBefore = residentBytes();
            try (EventLog log = EventLog.open(settings, end, System::currentTimeMillis)) {
                Cost fill = new Cost();
                for (long first = 0; first < events; first += block) {
                    List<EventCell> cells = cells(first);
                    fill.begin();
                    end = log.append(List.of(new StoreWrite(0, List.of(), cells)));
                    fill.end(block);
                }
                System.out.printf("filled %,d events: %s%n", events, fill);
                measure(log, events);
                System.gc();
                System.out.printf(
                        "disk %.1f bytes per event, heap %,d MiB, resident %,d MiB, before %,d%n",
                        (double) size(directory) / events,
                        (Runtime.getRuntime().totalMemory()
                                        - Runtime.getRuntime().freeMemory())
                                >> 20,
                        residentBytes() >> 20,
                        residentBefore >> 20);
            }
            long begun = System.nanoTime();
            try (EventLog log = EventLog.open(settings, end, System::currentTimeMillis)) {
                System.out.printf("opened in %.2f s%n", (System.nanoTime() - begun) / 1e9);
                measure(log, events);
            }
        } finally {
            delete(directory);
        }
    }

    private void measure(EventLog log, long events) {
        Cost absent = new Cost();
        Cost present = new Cost();
        Cost bounds = new Cost();
        for (int round = -MEASURED_BLOCKS; round < MEASURED_BLOCKS; round++) {
            if (round == 0) {
                absent = new Cost();
                present = new Cost();
                bounds = new Cost();
            }
            List<EventCell> unknown = cells(events + (long) block * (round + MEASURED_BLOCKS));
            List<EventQuery> unknownIds = ids(unknown);
            absent.begin();
            log.find(0, unknownIds);
            absent.end(block);
            List<KeyDay> days = unknown.stream()
                    .map(cell -> new KeyDay(cell.joinKey(), cell.day()))
                    .toList();
            bounds.begin();
            log.bounds(0, days);
            bounds.end(block);
            List<EventQuery> known = ids(cells(random.nextLong(events - block))).subList(0, block / 16);
            present.begin();
            log.find(0, known);
            present.end(block / 16);
        }
        System.out.printf("id test, absent: %s%nid read, present: %s%nday bound: %s%n", absent, present, bounds);
    }

    private List<EventCell> cells(long first) {
        List<EventCell> cells = new ArrayList<>(block);
        for (int i = 0; i < block; i++) {
            long number = first + i;
            byte[] joinKey = uuid(number / eventsPerKey, 1);
            byte[] id = uuid(number, 2);
            cells.add(new EventCell(
                    EventType.IMPRESSION, joinKey, id, number * msPerEvent, 1, 0, new Origin(1, number), value));
        }
        return cells;
    }

    private static byte[] uuid(long number, int salt) {
        return ByteBuffer.allocate(32)
                .putLong(number * 0x9E3779B97F4A7C15L)
                .putLong(Long.reverse(number * 0xC4CEB9FE1A85EC53L))
                .putInt(salt)
                .array();
    }

    private static List<EventQuery> ids(List<EventCell> cells) {
        return cells.stream()
                .map(cell -> new EventQuery(cell.type(), cell.joinKey(), cell.id()))
                .toList();
    }

    /** CPU and time of something. */
    private static final class Cost {
        private long threadNs;
        private long processNs;
        private long wallNs;
        private long units;

        void begin() {
            threadNs -= THREAD.getCurrentThreadCpuTime();
            processNs -= PROCESS.getProcessCpuTime();
            wallNs -= System.nanoTime();
        }

        void end(int done) {
            threadNs += THREAD.getCurrentThreadCpuTime();
            processNs += PROCESS.getProcessCpuTime();
            wallNs += System.nanoTime();
            units += done;
        }

        @Override
        public String toString() {
            return "%.2f us CPU in the caller, %.2f with the background, %.2f us elapsed"
                    .formatted(threadNs / 1e3 / units, processNs / 1e3 / units, wallNs / 1e3 / units);
        }
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        return 0;
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
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
