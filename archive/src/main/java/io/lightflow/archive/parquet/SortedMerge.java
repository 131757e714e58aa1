package io.lightflow.archive.parquet;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.schema.MessageType;

/**
 * Merges files whose rows are sorted into one whose rows are sorted, a row at a time. Files may have any former schema
 * of the table. Used once.
 */
public final class SortedMerge implements AutoCloseable {
    private final List<RowCursor> open = new ArrayList<>();

    /**
     * Opens the files.
     *
     * @param target schema of the file that they are merged into
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public SortedMerge(List<InputFile> files, MessageType target) {
        try {
            files.forEach(file -> open.add(new RowCursor(file, target)));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * How many rows have a value in a column.
     *
     * @param column name of a column outside of all groups
     */
    public long values(String column) {
        return open.stream().mapToLong(file -> file.values(column)).sum();
    }

    /** Copies all rows. */
    public void copyTo(ParquetRows merged) {
        PriorityQueue<RowCursor> queue = new PriorityQueue<>(Math.max(1, open.size()), RowCursor::compareTo);
        for (RowCursor cursor : open) {
            if (cursor.next()) {
                queue.add(cursor);
            }
        }
        while (!queue.isEmpty()) {
            RowCursor least = queue.poll();
            least.copyTo(merged.columns());
            merged.endRow();
            if (least.next()) {
                queue.add(least);
            }
        }
    }

    @Override
    public void close() {
        open.forEach(RowCursor::close);
    }
}
