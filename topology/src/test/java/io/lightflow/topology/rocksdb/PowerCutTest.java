package io.lightflow.topology.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.store.Cell;
import io.lightflow.store.NewCell;
import io.lightflow.store.Row;
import io.lightflow.store.RowRange;
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
 * its other files itself before it refers to them.
 */
class PowerCutTest {
    private static final int WRITES = 40;
    private static final int CUTS = 20;
    private static final int ROWS = 20;

    @TempDir
    Path folder;

    private final Random random = new Random(7);
    /** The sizes of the logs that were forced when each write returned. */
    private final List<Map<String, Long>> forced = new ArrayList<>();
    /** The cells of each write. */
    private final List<List<NewCell>> acknowledged = new ArrayList<>();

    @Test
    void invariantL_afterAPowerCutNoAcknowledgedCellIsMissing() throws IOException {
        Path disk = folder.resolve("store");
        Path image = folder.resolve("image");
        try (Statistics statistics = new Statistics();
                RowDatabase database = RowDatabase.open(
                        settings(disk), InstantSource.system(), options -> options.setStatistics(statistics))) {
            write(database, disk, statistics);
            copy(disk, image);
        }
        for (int cut = 0; cut < CUTS; cut++) {
            int last = random.nextInt(WRITES);
            Path rest = folder.resolve("rest-" + cut);
            copy(image, rest);
            cutOff(rest, last);
            try (RowDatabase database = RowDatabase.open(settings(rest), InstantSource.system(), options -> {})) {
                assertThat(missing(database, last))
                        .as("cells of the writes up to %d after cut %d", last, cut)
                        .isEmpty();
            }
        }
    }

    private static RocksDbSettings settings(Path directory) {
        return new RocksDbSettings(directory, Duration.ofDays(30), 8, 1);
    }

    private void write(RowDatabase database, Path disk, Statistics statistics) throws IOException {
        long syncs = -1;
        Map<String, Long> sizes = Map.of();
        for (int number = 0; number < WRITES; number++) {
            // Some writes are longer than what RocksDB gets at once.
            List<NewCell> cells =
                    cells(number, number % 20 == 19 ? CellBatch.MOST_CELLS + 100 : 1 + random.nextInt(30));
            database.write(cells);
            if (statistics.getTickerCount(TickerType.WAL_FILE_SYNCED) > syncs) {
                syncs = statistics.getTickerCount(TickerType.WAL_FILE_SYNCED);
                sizes = logSizes(disk);
            }
            acknowledged.add(cells);
            forced.add(sizes);
        }
    }

    private List<NewCell> cells(int write, int count) {
        List<NewCell> cells = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] key = ByteBuffer.allocate(8).putInt(write).putInt(i).array();
            // Some stand apart from their rows.
            cells.add(new NewCell(row(random.nextInt(ROWS)), key, new byte[random.nextInt(8) == 0 ? 700 : 20]));
        }
        return cells;
    }

    private static byte[] row(int number) {
        return new byte[] {'k', (byte) number};
    }

    private static Map<String, Long> logSizes(Path disk) throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        for (Path file : files(disk)) {
            if (isLog(file)) {
                sizes.put(file.getFileName().toString(), Files.size(file));
            }
        }
        return sizes;
    }

    private static boolean isLog(Path file) {
        return file.getFileName().toString().endsWith(".log");
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : files(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    /** Leaves what was forced when a write returned, and a random part of what came after it. */
    private void cutOff(Path disk, int lastWrite) throws IOException {
        for (Path file : files(disk)) {
            if (isLog(file)) {
                long kept =
                        forced.get(lastWrite).getOrDefault(file.getFileName().toString(), 0L);
                long tail = Files.size(file) - kept;
                long torn = tail == 0 ? 0 : random.nextLong(Math.min(tail, 5_000));
                try (FileChannel log = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    log.truncate(kept + torn);
                }
            }
        }
    }

    private List<Integer> missing(RowDatabase database, int lastWrite) {
        List<RowRange> rows = new ArrayList<>();
        for (int row = 0; row < ROWS; row++) {
            rows.add(RowRange.wholeRow(row(row)));
        }
        Set<ByteBuffer> found = new HashSet<>();
        for (Row row : database.read(rows)) {
            for (Cell cell : row.cells()) {
                found.add(ByteBuffer.wrap(cell.key()));
            }
        }
        List<Integer> missing = new ArrayList<>();
        for (int write = 0; write <= lastWrite; write++) {
            if (!acknowledged.get(write).stream().allMatch(cell -> found.contains(ByteBuffer.wrap(cell.key())))) {
                missing.add(write);
            }
        }
        return missing;
    }
}
