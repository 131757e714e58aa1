package io.lightflow.archive.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.catalog.CatalogDatabase;
import io.lightflow.archive.commit.HourCompaction;
import io.lightflow.archive.commit.NewFiles;
import io.lightflow.archive.commit.OrphanFiles;
import io.lightflow.archive.commit.TableSink;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.archive.table.SampleRecords;
import io.lightflow.archive.table.StoredRows;
import io.lightflow.archive.table.TableFiles;
import io.lightflow.event.Click;
import io.lightflow.position.Position;
import io.lightflow.sink.Commit;
import io.lightflow.sink.ShardMove;
import io.lightflow.sql.LocalCopies;
import io.lightflow.sql.ResultFormat;
import io.lightflow.sql.RowAccess;
import io.lightflow.sql.SqlEngine;
import io.lightflow.sql.SqlLimits;
import io.lightflow.sql.SqlTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the archive expects of a storage. The catalog is in PostgreSQL. */
abstract class StorageContract {
    private static final InstantSource CLOCK = () -> Instant.ofEpochMilli(SampleRecords.TIME);
    private static final InstantSource LATER =
            InstantSource.offset(InstantSource.system(), OrphanFiles.MIN_AGE.plus(Duration.ofDays(1)));
    private static final long HOUR_MS = Duration.ofHours(1).toMillis();

    private ArchiveCatalog catalog;
    private Table table;

    /** A URI. */
    abstract String warehouse();

    /** The settings {@code archive.files}. */
    abstract Map<String, String> files();

    @BeforeEach
    void createTable() {
        catalog = CatalogDatabase.open(CatalogDatabase.newSchema(), warehouse(), files());
        table = catalog.table("us", ArchiveTable.CLICKS);
    }

    @AfterEach
    void closeCatalog() {
        catalog.close();
    }

    private List<DataFile> write(String... clicks) {
        RowWriter writer = new RowWriter(ArchiveTable.CLICKS, table, id -> Click.getClassSchema(), CLOCK);
        List<Records> records = new ArrayList<>();
        for (String click : clicks) {
            records.add(new Records(
                    "us-west.clicks",
                    77,
                    0,
                    List.of(SampleRecords.record(1, click, 4, SampleRecords.click(click, "i1", SampleRecords.TIME)))));
        }
        return writer.write(records);
    }

    private void commit(Position from, Position to, String... clicks) {
        TableSink sink = new TableSink(table, CLOCK);
        sink.open(0);
        sink.commit(List.of(
                new Commit<>(List.of(new ShardMove(0, from, to)), new NewFiles(write(clicks), SampleRecords.TIME))));
        assertThat(sink.read(0)).isEqualTo(to);
    }

    private static Position at(long watermark) {
        return Position.START.withWatermark(watermark);
    }

    private List<DataFile> current() throws IOException {
        table.refresh();
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> files.add(task.file().copy()));
        }
        return files;
    }

    private List<String> clicks() throws IOException {
        List<String> ids = new ArrayList<>();
        for (DataFile file : current()) {
            StoredRows.of(table, file).forEach(row -> ids.add(row.getString("id", 0)));
        }
        return ids;
    }

    @Test
    void committedRowsAreReadAsTheyWereWritten() throws IOException {
        commit(Position.START, at(1), "c1", "c2");
        commit(at(1), at(2), "c3");

        assertThat(clicks()).containsExactlyInAnyOrder("c1", "c2", "c3");
    }

    @Test
    void theFilesOfAClosedHourAreMerged() throws IOException {
        commit(Position.START, at(1), "c1", "c3");
        commit(at(1), at(2), "c2");

        boolean merged = new HourCompaction(table, new TableFiles(ArchiveTable.CLICKS, table)::merge)
                .run(SampleRecords.TIME + HOUR_MS);

        assertThat(merged).isTrue();
        assertThat(current()).hasSize(1);
        assertThat(clicks()).containsExactly("c1", "c2", "c3");
    }

    @Test
    void theCleanUpFindsWhatNothingRefersToAndSparesTheRest() throws IOException {
        commit(Position.START, at(1), "c1");
        List<DataFile> orphans = write("c2");

        List<String> deleted = new OrphanFiles(table, LATER).delete(OrphanFiles.MIN_AGE);

        assertThat(deleted).singleElement().asString().endsWith(name(orphans.get(0)));
        assertThat(table.io().newInputFile(orphans.get(0).location()).exists()).isFalse();
        assertThat(clicks()).containsExactly("c1");
    }

    @Test
    void rowsAreQueriedThroughLocalCopies(@TempDir Path folder) throws IOException {
        commit(Position.START, at(1), "c1", "c2");
        commit(at(1), at(2), "c3");
        table.refresh();
        Path copied = Files.createDirectory(folder.resolve("copies"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (LocalCopies copies = new LocalCopies(copied, 1)) {
            copies.startQuery(Duration.ofMinutes(1));
            SqlTable clicks = SqlTable.of("us", ArchiveTable.CLICKS, table, RowAccess.ALL, copies);
            SqlLimits limits = new SqlLimits(
                    128, 64, 1, Duration.ofMinutes(1), 10, Files.createDirectory(folder.resolve("query")));
            try (SqlEngine engine = new SqlEngine(limits, List.of(clicks))) {
                engine.run("select id from clicks order by id", ResultFormat.CSV, out, percent -> {});
            }
        }

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("id\nc1\nc2\nc3\n");
    }

    private static String name(DataFile file) {
        return file.location().substring(file.location().lastIndexOf('/'));
    }
}
