package io.lightflow.lab.feed;

import java.util.ArrayList;
import java.util.List;

/** Counts and names skipped rows. Not thread-safe. */
final class SkippedRowsCollector {
    private final List<SkippedRow> named = new ArrayList<>();
    private long count;

    void add(String file, long line, UnreadableRowException why) {
        count++;
        if (named.size() < SkippedRows.MAX_NAMED) {
            named.add(new SkippedRow(file, line, why.getMessage()));
        }
    }

    SkippedRows rows() {
        return new SkippedRows(count, named);
    }
}
