package io.lightflow.archive.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.catalog.CatalogDatabase;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sink on the catalog in PostgreSQL. */
class TableSinkContractTest extends SinkContract<NewFiles> {
    private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

    @TempDir
    private Path folder;

    private ArchiveCatalog catalog;

    @BeforeEach
    void openCatalog() {
        catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), folder);
    }

    @AfterEach
    void closeCatalog() {
        catalog.close();
    }

    private Table table() {
        return catalog.table("us", ArchiveTable.CLICKS);
    }

    @Override
    protected Sink<NewFiles> newWriter() {
        return new TableSink(table(), () -> NOW);
    }

    @Override
    protected NewFiles output(long amount) {
        return new NewFiles(List.of(file(amount)), NOW.toEpochMilli());
    }

    private DataFile file(long rows) {
        Table table = table();
        PartitionData hour = new PartitionData(table.spec().partitionType());
        hour.set(0, 380_000);
        return DataFiles.builder(table.spec())
                .withPath(table.location() + "/data/" + UUID.randomUUID() + ".parquet")
                .withFormat(FileFormat.PARQUET)
                .withPartition(hour)
                .withFileSizeInBytes(100)
                .withRecordCount(rows)
                .build();
    }

    @Override
    protected long committedAmount() {
        long rows = 0;
        try (CloseableIterable<FileScanTask> tasks = table().newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                rows += task.file().recordCount();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    @Test
    void theSnapshotNamesTheRangesThatItAdds() {
        Sink<NewFiles> sink = newWriter();
        sink.open(0);
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, Position.START, at(10))), output(7))));
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, at(10), at(25))), output(5))));

        assertThat(table().currentSnapshot().summary())
                .containsEntry(
                        "lightflow.ranges",
                        "[{\"topic\":\"us.clicks\",\"incarnation\":439041101,\"partition\":0,\"from\":10,\"to\":25}]");
    }

    @Test
    void compactionCarriesTheLedgerForwardAndKeepsEveryRow() {
        Sink<NewFiles> sink = newWriter();
        sink.open(0);
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, Position.START, at(10))), output(7))));
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, at(10), at(25))), output(5))));
        HourCompaction compaction = new HourCompaction(table(), files -> file(12));

        assertThat(compaction.run(380_001 * 3_600_000L)).isTrue();
        assertThat(compaction.run(380_001 * 3_600_000L)).isFalse();

        assertThat(sink.read(0)).isEqualTo(at(25));
        assertThat(committedAmount()).isEqualTo(12);
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, at(25), at(30))), output(1))));
        assertThat(committedAmount()).isEqualTo(13);
    }

    @Test
    void anHourThatIsOpenIsNotCompacted() {
        Sink<NewFiles> sink = newWriter();
        sink.open(0);
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, Position.START, at(10))), output(7))));
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, at(10), at(25))), output(5))));

        assertThat(new HourCompaction(table(), files -> file(12)).run(380_001 * 3_600_000L - 1))
                .isFalse();
    }

    @Test
    void aSnapshotOfAnotherEngineLeavesTheLedgerInItsAncestor() {
        Sink<NewFiles> sink = newWriter();
        sink.open(0);
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, Position.START, at(10))), output(7))));
        table().newAppend().commit();

        assertThat(newWriter().read(0)).isEqualTo(at(10));
        sink.commit(List.of(new Commit<>(List.of(new ShardMove(0, at(10), at(25))), output(5))));
        assertThat(committedAmount()).isEqualTo(12);
    }

    @Test
    void twoArchivesOfOneDatabaseHaveTablesOfTheirOwn() {
        newWriter().open(0);
        try (ArchiveCatalog other = CatalogDatabase.open(CatalogDatabase.newSchema(), folder.resolve("other"))) {
            Snapshot none = other.table("us", ArchiveTable.CLICKS).currentSnapshot();

            assertThat(none).isNull();
        }
    }
}
