package io.lightflow.store;

import java.util.List;

/**
 * A wide-row store. A row is an ordered map of cells, by unsigned byte order of the cells' keys. Cells are only added,
 * and a cell that is written again has the same value. So the store needs neither transactions nor deletion (invariant
 * C).
 *
 * <p>Thread-safe: several shards may read and write concurrently, each its own rows.
 */
public interface JoinStore extends AutoCloseable {

    /**
     * Reads all the given ranges in one round trip.
     *
     * @return the cells of each range, in the order of the ranges; an absent row is empty
     * @throws StoreUnavailableException if the store is unavailable now; the call may be retried
     */
    List<Row> read(List<RowRange> ranges);

    /**
     * Adds all the given cells in one round trip. On return they survive a crash of this process and of its machine. A
     * call that fails may have added some of them and may be retried.
     *
     * @throws StoreUnavailableException if the store is unavailable now; the call may be retried
     */
    void write(List<NewCell> cells);

    @Override
    void close();
}
