package io.lightflow.topology.aerospike;

import io.lightflow.store.Cell;
import io.lightflow.store.NewCell;
import io.lightflow.store.RowRange;
import java.util.List;

/** Rows of cells, as a cluster holds them. Thread-safe. */
interface WideRows {

    /** Reads all the ranges in one round trip. */
    List<SizedRow> read(List<RowRange> ranges);

    /** Adds the cells in one round trip. On return they survive a crash. */
    void write(List<NewCell> cells);

    /**
     * The part of a row that was read.
     *
     * @param cells the cells in the range, by ascending key
     * @param size number of cells of the whole row, including those outside the range
     */
    record SizedRow(List<Cell> cells, int size) {
        static final SizedRow ABSENT = new SizedRow(List.of(), 0);
    }
}
