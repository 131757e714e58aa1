package io.lightflow.sql;

import io.lightflow.archive.catalog.ArchiveCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/**
 * A table of the archive at one snapshot.
 *
 * @param group its namespace
 * @param files its data files; all are Parquet
 */
public record SqlTable(String group, String name, Schema schema, List<Path> files) {

    /**
     * The tables of a group at their current snapshots.
     *
     * @throws SqlException if a table has files that this engine cannot read
     */
    public static List<SqlTable> of(ArchiveCatalog catalog, String group) {
        List<SqlTable> tables = new ArrayList<>();
        catalog.existingTables(group).forEach((name, table) -> tables.add(of(group, name, table)));
        return tables;
    }

    private static SqlTable of(String group, String name, Table table) {
        List<Path> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                if (!task.deletes().isEmpty()) {
                    throw new SqlException("another engine deleted rows of " + group + "." + name
                            + " and left delete files, which this command does not read. Rewrite the data files of the"
                            + " table with that engine.");
                }
                files.add(path(group + "." + name, task.file().location()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the files of " + group + "." + name + " cannot be listed", e);
        }
        return new SqlTable(group, name, table.schema(), List.copyOf(files));
    }

    private static Path path(String table, String location) {
        URI uri = URI.create(location);
        if (uri.getScheme() != null && !uri.getScheme().equals("file")) {
            throw new SqlException("expected files of " + table + " in a local folder, found " + location
                    + ". Query them with an engine that reads this storage.");
        }
        return Path.of(uri.getPath());
    }
}
