package io.lightflow.sql;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.RecordColumns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types.NestedField;

/**
 * A table of the archive at one snapshot.
 *
 * @param group its namespace
 * @param files its data files, or copies of them in a local folder; all are Parquet
 */
public record SqlTable(String group, String name, Schema schema, List<Path> files) {

    /** The tables of a group at their current snapshots. */
    public static List<SqlTable> of(ArchiveCatalog catalog, String group, LocalCopies copies) {
        List<SqlTable> tables = new ArrayList<>();
        catalog.existingTables(group)
                .forEach((name, table) -> tables.add(of(group, name, table, Expressions.alwaysTrue(), copies)));
        return tables;
    }

    /**
     * A table at its current snapshot, with those files only that may hold rows that a query sees.
     *
     * @param table is not refreshed, so that the caller may look at the same snapshot
     * @throws SqlException if it has files that this engine cannot read
     */
    public static SqlTable of(String group, ArchiveTable kind, Table table, RowAccess access, LocalCopies copies) {
        return of(group, kind.tableName(), table, access.files(), copies);
    }

    /** A table whose rows are not needed. */
    public static SqlTable withoutRows(String group, ArchiveTable kind, Table table) {
        return new SqlTable(group, kind.tableName(), table.schema(), List.of());
    }

    /**
     * A table at its current snapshot, with those files only that may hold rows of a filter.
     *
     * @throws SqlException if the table has files that this engine cannot read
     */
    public static SqlTable of(String group, String name, Table table, Expression filter, LocalCopies copies) {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().filter(filter).planFiles()) {
            for (FileScanTask task : tasks) {
                if (!task.deletes().isEmpty()) {
                    throw new SqlException("another engine deleted rows of " + group + "." + name
                            + " and left delete files, which this command does not read. Rewrite the data files of the"
                            + " table with that engine.");
                }
                files.add(task.file().copyWithoutStats());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the files of " + group + "." + name + " cannot be listed", e);
        }
        return new SqlTable(group, name, table.schema(), copies.of(group + "." + name, table, files));
    }

    /** The table with more files, of rows that its snapshot does not hold. */
    public SqlTable with(List<Path> laterRows) {
        List<Path> all = new ArrayList<>(files);
        all.addAll(laterRows);
        return new SqlTable(group, name, schema, List.copyOf(all));
    }

    String qualifiedName() {
        return ColumnTypes.quoted(group) + "." + ColumnTypes.quoted(name);
    }

    /** A SELECT statement of DuckDB over all rows of the files. Columns that a file lacks are null. */
    public String select() {
        if (files.isEmpty()) {
            return schema.columns().stream()
                    .map(column -> "CAST(NULL AS " + ColumnTypes.of(column.type()) + ") AS "
                            + ColumnTypes.quoted(column.name()))
                    .collect(Collectors.joining(", ", "SELECT ", " WHERE false"));
        }
        String list = files.stream()
                .map(file -> ColumnTypes.literal(file.toString()))
                .collect(Collectors.joining(", ", "[", "]"));
        // By the ids of the fields, so that a file that lacks a later column has nulls in it.
        String columns =
                schema.columns().stream().map(SqlTable::column).collect(Collectors.joining(", ", "MAP {", "}"));
        return "SELECT * FROM read_parquet(" + list + ", schema = " + columns + ")";
    }

    /** The rows that a query sees, as a SELECT statement of DuckDB. */
    String select(RowAccess access) {
        return access.condition(schema)
                .map(condition -> "SELECT * FROM (" + select() + ") WHERE " + condition)
                .orElse(select());
    }

    /** The same, with those columns only that a statement may read; at least with the event time. */
    String select(RowAccess access, SqlStatement statement) {
        String columns = schema.columns().stream()
                .map(NestedField::name)
                .filter(name -> name.equals(RecordColumns.EVENT_TIME) || statement.mayReadColumn(name))
                .map(ColumnTypes::quoted)
                .collect(Collectors.joining(", "));
        return "SELECT " + columns + " FROM (" + select(access) + ")";
    }

    private static String column(NestedField column) {
        return column.fieldId() + ": {name: " + ColumnTypes.literal(column.name()) + ", type: "
                + ColumnTypes.literal(ColumnTypes.of(column.type())) + ", default_value: NULL}";
    }
}
