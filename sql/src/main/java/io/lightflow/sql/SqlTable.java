package io.lightflow.sql;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.table.ArchiveTable;
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

    /** The tables of a group at their current snapshots. */
    public static List<SqlTable> of(ArchiveCatalog catalog, String group) {
        List<SqlTable> tables = new ArrayList<>();
        catalog.existingTables(group).forEach((name, table) -> tables.add(of(group, name, table)));
        return tables;
    }

    /**
     * A table at its current snapshot.
     *
     * @param table is not refreshed, so that the caller may look at the same snapshot
     * @throws SqlException if it has files that this engine cannot read
     */
    public static SqlTable of(String group, ArchiveTable kind, Table table) {
        return of(group, kind.tableName(), table);
    }

    /** A table whose rows are not needed. */
    public static SqlTable withoutRows(String group, ArchiveTable kind, Table table) {
        return new SqlTable(group, kind.tableName(), table.schema(), List.of());
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

    /** The table with more files, of rows that its snapshot does not hold. */
    public SqlTable with(List<Path> laterRows) {
        List<Path> all = new ArrayList<>(files);
        all.addAll(laterRows);
        return new SqlTable(group, name, schema, List.copyOf(all));
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
