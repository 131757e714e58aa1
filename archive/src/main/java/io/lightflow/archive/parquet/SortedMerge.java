package io.lightflow.archive.parquet;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.iceberg.io.InputFile;

/** Merges files whose rows are sorted into one whose rows are sorted, a row at a time. */
public final class SortedMerge {
    private SortedMerge() {}

    /** Copies all rows of the files, whatever former schema they have. */
    public static void merge(List<InputFile> files, ParquetRows to) {
        List<RowCursor> open = new ArrayList<>(files.size());
        try {
            PriorityQueue<RowCursor> queue = new PriorityQueue<>(Math.max(1, files.size()), RowCursor::compareTo);
            for (InputFile file : files) {
                RowCursor cursor = new RowCursor(file, to.type());
                open.add(cursor);
                if (cursor.next()) {
                    queue.add(cursor);
                }
            }
            while (!queue.isEmpty()) {
                RowCursor least = queue.poll();
                least.copyTo(to.columns());
                to.endRow();
                if (least.next()) {
                    queue.add(least);
                }
            }
        } finally {
            open.forEach(RowCursor::close);
        }
    }
}
