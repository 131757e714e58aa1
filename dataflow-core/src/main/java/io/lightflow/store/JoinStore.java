package io.lightflow.store;

import java.util.List;

/**
 * The state of the join: wide rows for what is few, and event cells for impressions and tags, which are found by id, by
 * join key and by day.
 *
 * <p>A row is an ordered map of cells, by unsigned byte order of the cells' keys. An event cell belongs to one shard. A
 * store only adds: a cell that is written again has the same content. So it needs neither transactions nor deletion
 * (invariant C). Which cells count is for the join to decide.
 *
 * <p>Thread-safe: several shards may read and write concurrently, each its own rows and event cells.
 */
public interface JoinStore extends AutoCloseable {

    /** Returns a reader for one step of a shard. */
    StoreReader reader(int shard);

    /**
     * Adds everything that is given, for several shards at once. On return it survives a crash of this process and of
     * its machine. A call that fails may have added any part of it, and may be retried.
     *
     * @throws StoreUnavailableException if the store is unavailable now; the call may be retried
     */
    void write(List<StoreWrite> writes);

    @Override
    void close();
}
