package io.lightflow.topology.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.event.Origin;
import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreAnswer;
import io.lightflow.store.StoreQuery;
import io.lightflow.store.StoreWrite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;

/**
 * After a power cut, the disk has each log as far as it was forced, and maybe a part of what followed. RocksDB forces
 * its other files itself before it refers to them. The event log is forced before RocksDB is written to.
 */
class PowerCutTest {
    private static final int WRITES = 40;
    private static final int CUTS = 20;
    private static final int ROWS = 20;

    @TempDir
    Path folder;

    private final Random random = new Random(7);
    /** The sizes of the logs that were forced when each write returned. */
    private final List<Map<Path, Long>> forced = new ArrayList<>();
    /** The sizes of the logs when each write returned. */
    private final List<Map<Path, Long>> written = new ArrayList<>();
    /** What each write has added. */
    private final List<StoreWrite> acknowledged = new ArrayList<>();

    @Test
    void invariantL_afterAPowerCutNothingAcknowledgedIsMissing() throws IOException {
        Path disk = folder.resolve("store");
        Path image = folder.resolve("image");
        try (Statistics statistics = new Statistics();
                StoreFiles store = StoreFiles.open(
                        settings(disk), InstantSource.system(), options -> options.setStatistics(statistics))) {
            write(store, disk, statistics);
            copy(disk, image);
        }
        for (int cut = 0; cut < CUTS; cut++) {
            int last = random.nextInt(WRITES);
            Path rest = folder.resolve("rest-" + cut);
            copy(image, rest);
            cutOff(rest, last);
            try (StoreFiles store = StoreFiles.open(settings(rest), InstantSource.system())) {
                assertThat(missing(store, last))
                        .as("cells of the writes up to %d after cut %d", last, cut)
                        .isEmpty();
            }
        }
    }

    private static RocksDbSettings settings(Path directory) {
        return new RocksDbSettings(directory, Duration.ofDays(30), 8);
    }

    private void write(StoreFiles store, Path disk, Statistics statistics) throws IOException {
        long syncs = -1;
        Map<Path, Long> sizes = new TreeMap<>();
        for (int number = 0; number < WRITES; number++) {
            // Some writes are longer than what RocksDB gets at once.
            StoreWrite write = new StoreWrite(
                    0,
                    cells(number, number % 20 == 19 ? CellBatch.MOST_CELLS + 100 : 1 + random.nextInt(30)),
                    events(number, random.nextInt(30)));
            store.write(List.of(write));
            sizes = new TreeMap<>(sizes);
            written.add(logSizes(disk));
            boolean synced = statistics.getTickerCount(TickerType.WAL_FILE_SYNCED) > syncs;
            for (Map.Entry<Path, Long> log : written.get(number).entrySet()) {
                if (synced || isEventLog(log.getKey())) {
                    sizes.put(log.getKey(), log.getValue());
                }
            }
            syncs = statistics.getTickerCount(TickerType.WAL_FILE_SYNCED);
            acknowledged.add(write);
            forced.add(sizes);
        }
    }

    private List<NewCell> cells(int write, int count) {
        List<NewCell> cells = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] key = ByteBuffer.allocate(8).putInt(write).putInt(i).array();
            cells.add(new NewCell(row(random.nextInt(ROWS)), key, new byte[random.nextInt(8) == 0 ? 700 : 20]));
        }
        return cells;
    }

    private static byte[] row(int number) {
        return new byte[] {'k', (byte) number};
    }

    private List<EventCell> events(int write, int count) {
        List<EventCell> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] id = ByteBuffer.allocate(8).putInt(write).putInt(i).array();
            events.add(new EventCell(
                    EventType.IMPRESSION,
                    row(random.nextInt(ROWS)),
                    id,
                    random.nextInt(),
                    1,
                    0,
                    new Origin(1, i),
                    new byte[random.nextInt(500)]));
        }
        return events;
    }

    private static Map<Path, Long> logSizes(Path disk) throws IOException {
        Map<Path, Long> sizes = new TreeMap<>();
        for (Path file : files(disk)) {
            if (isLog(file)) {
                sizes.put(disk.relativize(file), Files.size(file));
            }
        }
        return sizes;
    }

    private static boolean isLog(Path file) {
        return file.getFileName().toString().endsWith(".log");
    }

    private static boolean isEventLog(Path file) {
        return file.startsWith(StoreFiles.EVENTS);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : files(from)) {
            Path target = to.resolve(from.relativize(file));
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
    }

    /**
     * Leaves what was forced when a write returned, and a part of the next write: some of its events, or all of them
     * and some of its cells.
     */
    private void cutOff(Path disk, int lastWrite) throws IOException {
        int next = Math.min(lastWrite + 1, WRITES - 1);
        boolean amidEvents = random.nextBoolean();
        for (Path file : files(disk)) {
            if (isLog(file)) {
                Path name = disk.relativize(file);
                long kept = forced.get(lastWrite).getOrDefault(name, 0L);
                long more = written.get(next).getOrDefault(name, 0L) - kept;
                if (isEventLog(name) != amidEvents) {
                    more = isEventLog(name) ? more : 0;
                } else if (more > 0) {
                    more = random.nextLong(more + 1);
                }
                try (FileChannel log = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    log.truncate(kept + Math.max(0, more));
                }
            }
        }
    }

    private List<Integer> missing(StoreFiles store, int lastWrite) {
        List<RowRange> rows = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            rows.add(RowRange.wholeRow(row(row)));
        }
        Set<ByteBuffer> found = new HashSet<>();
        for (List<Cell> row : store.read(0, StoreQuery.ofRows(rows)).rows()) {
            for (Cell cell : row) {
                found.add(ByteBuffer.wrap(cell.key()));
            }
        }
        List<Integer> missing = new ArrayList<>();
        for (int number = 0; number <= lastWrite; number++) {
            StoreWrite write = acknowledged.get(number);
            boolean hasCells = write.cells().stream().allMatch(cell -> found.contains(ByteBuffer.wrap(cell.key())));
            List<EventQuery> ids = write.events().stream()
                    .map(event -> new EventQuery(event.type(), event.joinKey(), event.id()))
                    .toList();
            StoreAnswer answer = store.read(0, new StoreQuery(List.of(), ids, List.of()));
            if (!hasCells || answer.events().stream().anyMatch(List::isEmpty)) {
                missing.add(number);
            }
        }
        return missing;
    }
}
