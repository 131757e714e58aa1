package io.lightflow.archive.table;

import io.lightflow.archive.parquet.ParquetRows;
import io.lightflow.archive.parquet.SortedMerge;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/** Makes files of one table. No snapshot refers to them yet. */
public final class TableFiles {
    private final ArchiveTable kind;
    private final Table table;

    public TableFiles(ArchiveTable kind, Table table) {
        this.kind = kind;
        this.table = table;
    }

    /**
     * Merges files of one hour into one.
     *
     * @throws java.io.UncheckedIOException if the storage fails
     */
    public DataFile merge(List<DataFile> files) {
        List<InputFile> inputs = files.stream()
                .map(file -> table.io().newInputFile(file.location()))
                .toList();
        try (SortedMerge merge = new SortedMerge(inputs, ParquetRows.typeOf(kind.tableName(), table.schema()))) {
            return write(
                    files.get(0).partition(),
                    files.stream().mapToLong(DataFile::recordCount).sum(),
                    merge.values(RecordColumns.TRACE_ID),
                    merge::copyTo);
        }
    }

    /** @param traced how many rows have a trace */
    DataFile write(StructLike hour, long expectedRows, long traced, Consumer<ParquetRows> rows) {
        String location = table.locationProvider().newDataLocation(table.spec(), hour, UUID.randomUUID() + ".parquet");
        OutputFile output = table.io().newOutputFile(location);
        try (ParquetRows file = new ParquetRows(output, table.schema(), kind.layout(traced), expectedRows)) {
            rows.accept(file);
            file.finish();
            return DataFiles.builder(table.spec())
                    .withPath(location)
                    .withFormat(FileFormat.PARQUET)
                    .withPartition(hour)
                    .withFileSizeInBytes(file.length())
                    .withMetrics(file.metrics())
                    .withSplitOffsets(file.splitOffsets())
                    .withSortOrder(table.sortOrder())
                    .build();
        }
    }
}
