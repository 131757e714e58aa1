package io.lightflow.deploy.archive;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.parquet.ParquetFiles;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.topology.settings.GroupSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;

/** Reads a group's tables with Parquet's own assembly of records. */
public final class ArchivedRows implements AutoCloseable {
    private final String group;
    private final ArchiveCatalog catalog;

    private ArchivedRows(String group, ArchiveCatalog catalog) {
        this.group = group;
        this.catalog = catalog;
    }

    /** @param settings of a group whose catalog is in PostgreSQL, and whose tables are in a local folder */
    public static ArchivedRows of(GroupSettings settings) {
        return new ArchivedRows(
                settings.group(),
                ArchiveCatalog.jdbc(
                        settings.postgres().url(),
                        settings.postgres().user(),
                        "",
                        settings.archive().catalogSchema(),
                        settings.archive().warehouse(),
                        Map.of()));
    }

    /** Passes every row of the current snapshot. */
    public void read(ArchiveTable kind, Consumer<Group> rows) {
        Table table = catalog.table(group, kind);
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                read(table, task.file().location(), rows);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(Table table, String file, Consumer<Group> rows) throws IOException {
        try (ParquetFileReader reader = ParquetFiles.open(table.io().newInputFile(file))) {
            MessageType schema = reader.getFileMetaData().getSchema();
            for (PageReadStore group = reader.readNextRowGroup(); group != null; group = reader.readNextRowGroup()) {
                RecordReader<Group> records = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(group, new GroupRecordConverter(schema));
                for (long i = 0; i < group.getRowCount(); i++) {
                    rows.accept(records.read());
                }
            }
        }
    }

    @Override
    public void close() {
        catalog.close();
    }
}
