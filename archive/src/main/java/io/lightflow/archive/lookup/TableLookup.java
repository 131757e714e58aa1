package io.lightflow.archive.lookup;

import io.lightflow.archive.commit.TableLedger;
import io.lightflow.archive.parquet.RowLookup;
import io.lightflow.archive.table.ArchiveTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/** The files of a table at one snapshot, by hour. Thread-safe; files stay as long as the table keeps the snapshot. */
final class TableLookup {
    private final ArchiveTable kind;
    private final Table table;
    private final NavigableMap<Long, List<String>> filesByHour = new TreeMap<>();

    /** @throws UncheckedIOException if the table's metadata cannot be read */
    TableLookup(ArchiveTable kind, Table table) {
        this.kind = kind;
        this.table = table;
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                if (!task.deletes().isEmpty()) {
                    throw new IllegalStateException("another engine deleted rows of " + table.name()
                            + " and left delete files, which this command does not read. Rewrite the data files of the"
                            + " table with that engine.");
                }
                long hour = task.file().partition().get(0, Integer.class);
                filesByHour
                        .computeIfAbsent(hour, absent -> new ArrayList<>())
                        .add(task.file().location());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the files of " + table.name() + " cannot be listed", e);
        }
    }

    ArchiveTable kind() {
        return kind;
    }

    /** The ledger of the same snapshot. */
    TableLedger ledger() {
        return TableLedger.of(table);
    }

    NavigableMap<Long, List<String>> filesByHour() {
        return filesByHour;
    }

    List<ArchivedRow> find(String file, String column, String value) {
        List<ArchivedRow> rows = new ArrayList<>();
        try (RowLookup lookup = new RowLookup(table.io().newInputFile(file))) {
            lookup.find(column, value)
                    .forEach(row -> rows.add(new ArchivedRow(kind, file, row.rowGroup(), row.row(), row.values())));
        }
        return rows;
    }
}
