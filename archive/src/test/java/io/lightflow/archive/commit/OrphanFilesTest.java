package io.lightflow.archive.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.catalog.CatalogDatabase;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.Records;
import io.lightflow.archive.table.RowWriter;
import io.lightflow.archive.table.SampleRecords;
import io.lightflow.event.Click;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clean-up deletes only what the table does not refer to, however the storage names its files. */
class OrphanFilesTest {
    /** A day from now, so that all files are old. */
    private static final InstantSource LATER =
            InstantSource.offset(InstantSource.system(), OrphanFiles.MIN_AGE.plusDays(1));

    @TempDir
    private Path folder;

    private ArchiveCatalog catalog(String warehouse, String listed) {
        return CatalogDatabase.open(
                CatalogDatabase.newSchema(),
                warehouse,
                Map.of(
                        "io-impl",
                        RenamingFiles.class.getName(),
                        RenamingFiles.CREATED,
                        warehouse,
                        RenamingFiles.LISTED,
                        listed));
    }

    private static DataFile write(Table table) {
        return new RowWriter(
                        ArchiveTable.CLICKS,
                        table,
                        id -> Click.getClassSchema(),
                        () -> Instant.ofEpochMilli(SampleRecords.TIME))
                .write(List.of(new Records(
                        "us-west.clicks",
                        77,
                        0,
                        List.of(SampleRecords.record(
                                1, "ann", 4, SampleRecords.click("c1", "i1", SampleRecords.TIME))))))
                .get(0);
    }

    @Test
    void filesAreComparedWithoutTheHostThatTheStorageAdds() {
        String warehouse = folder.toUri().toString();
        try (ArchiveCatalog catalog = catalog(warehouse, warehouse.replace("file:///", "hdfs://node:8020/"))) {
            Table table = catalog.table("us", ArchiveTable.CLICKS);
            DataFile kept = write(table);
            table.newAppend().appendFile(kept).commit();
            DataFile orphan = write(table);

            List<String> deleted = new OrphanFiles(table, LATER).delete(OrphanFiles.MIN_AGE);

            assertThat(deleted).containsExactly(orphan.location().replace("file:///", "hdfs://node:8020/"));
            assertThat(table.io().newInputFile(kept.location()).exists()).isTrue();
            assertThat(table.io().newInputFile(orphan.location()).exists()).isFalse();
        }
    }

    @Test
    void nothingIsDeletedIfTheStorageListsOtherPaths() {
        String warehouse = folder.toUri().toString();
        try (ArchiveCatalog catalog = catalog(warehouse, "hdfs://node:8020/mounted/elsewhere/")) {
            Table table = catalog.table("us", ArchiveTable.CLICKS);
            DataFile kept = write(table);
            table.newAppend().appendFile(kept).commit();

            assertThatThrownBy(() -> new OrphanFiles(table, LATER).delete(OrphanFiles.MIN_AGE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("No file is deleted");
            assertThat(table.io().newInputFile(kept.location()).exists()).isTrue();
        }
    }
}
