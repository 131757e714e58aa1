package io.lightflow.archive.commit;

import com.sun.management.OperatingSystemMXBean;
import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.catalog.CatalogDatabase;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.position.Books;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.Table;

/**
 * Commits one file after the other to a table in a local folder, with the catalog in PostgreSQL. Tells what a commit
 * costs beside its files, and what it costs to read the ledger, as the number of snapshots grows. Arguments: commits,
 * shards.
 */
final class CommitBenchmark {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int COMMITS_OF_A_ROUND = 50;

    private final ArchiveCatalog catalog;
    private final Table table;
    private final TableSink sink;
    private final Map<Integer, Position> positions;

    private CommitBenchmark(ArchiveCatalog catalog, int shards) {
        this.catalog = catalog;
        this.table = table();
        this.sink = new TableSink(table, InstantSource.system());
        this.positions =
                new TreeMap<>(sink.open(IntStream.range(0, shards).boxed().toList()));
    }

    public static void main(String[] arguments) throws IOException {
        int commits = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 400;
        int shards = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 4;
        Path folder = Files.createTempDirectory("commits");
        try (ArchiveCatalog catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), folder)) {
            CommitBenchmark benchmark = new CommitBenchmark(catalog, shards);
            for (int done = 0; done < commits; done += COMMITS_OF_A_ROUND) {
                benchmark.round(done);
            }
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private Table table() {
        return catalog.table("us", ArchiveTable.IMPRESSIONS);
    }

    private void round(int done) {
        long cpu = PROCESS.getProcessCpuTime();
        long begin = System.nanoTime();
        for (int i = 1; i <= COMMITS_OF_A_ROUND; i++) {
            commit((done + i) * 1_000L);
        }
        long end = System.nanoTime();
        long committed = PROCESS.getProcessCpuTime();
        new TableSink(table(), InstantSource.system()).ledger();
        System.out.printf(
                "%d snapshots: %.1f ms of processor and %.1f ms per commit; %.1f ms of processor to open and read%n",
                done + COMMITS_OF_A_ROUND,
                (committed - cpu) / 1e6 / COMMITS_OF_A_ROUND,
                (end - begin) / 1e6 / COMMITS_OF_A_ROUND,
                (PROCESS.getProcessCpuTime() - committed) / 1e6);
    }

    private void commit(long offset) {
        List<ShardMove> moves = new ArrayList<>();
        positions.replaceAll((shard, position) -> {
            Position next = at(offset);
            moves.add(new ShardMove(shard, position, next));
            return next;
        });
        NewFiles files = new NewFiles(List.of(file()), System.currentTimeMillis());
        sink.commit(List.of(new Commit<>(moves, files)));
    }

    private static Position at(long offset) {
        TreeMap<String, TopicPosition> topics = new TreeMap<>();
        for (String dc : List.of("us-east", "us-west")) {
            topics.put(
                    dc + ".impressions",
                    new TopicPosition(List.of(new Incarnation(dc.hashCode(), offset)), 1_793_000_000_000L + offset));
        }
        return new Position(topics, 1_793_000_000_000L + offset, offset, Books.EMPTY);
    }

    /** Nobody reads it, so it need not exist. */
    private DataFile file() {
        PartitionData hour = new PartitionData(table.spec().partitionType());
        hour.set(0, 380_000);
        return DataFiles.builder(table.spec())
                .withPath(table.location() + "/data/" + UUID.randomUUID() + ".parquet")
                .withFormat(FileFormat.PARQUET)
                .withPartition(hour)
                .withFileSizeInBytes(1_000)
                .withRecordCount(10)
                .build();
    }
}
