package io.lightflow.peers.flink;

import io.lightflow.peers.RowCounts;
import io.lightflow.peers.RowKeys;

/** What is added to a row of the statistics, or its totals. Flink serializes it by its public fields. */
public final class RowChange {
    /** From {@link RowKeys}. */
    public String row;

    public RowCounts counts;

    public RowChange() {}

    RowChange(String row, RowCounts counts) {
        this.row = row;
        this.counts = counts;
    }
}
