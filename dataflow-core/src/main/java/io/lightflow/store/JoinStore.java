package io.lightflow.store;

import java.util.List;

/**
 * A wide-row store: a row is an ordered map of cells, by unsigned byte order of the cells' keys. Cells are only ever
 * added; a cell that is written again has the same value. Nothing else is asked of it: no transaction, no deletion
 * (invariant C).
 *
 * <p>Thread-safe: several shards may read and write at once, each its own rows.
 */
public interface JoinStore extends AutoCloseable {

    /**
     * Reads all the given ranges in one round trip.
     *
     * @return for each range, in the given order, what is there; an absent row is empty
     * @throws StoreUnavailableException if the store does not answer now; the call may be repeated
     */
    List<Row> read(List<RowRange> ranges);

    /**
     * Adds all the given cells in one round trip. On return they survive a crash of this process and of its machine. A
     * call that fails may have added some of them; to repeat it is safe.
     *
     * @throws StoreUnavailableException if the store does not answer now; the call may be repeated
     */
    void write(List<NewCell> cells);

    @Override
    void close();
}
