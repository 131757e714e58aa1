package io.lightflow.store;

/**
 * Reads the state of a shard for one step. A reader may remember what its earlier reads have found about a join key: a
 * step needs no cell that was added after its first read. Used by one thread.
 */
@FunctionalInterface
public interface StoreReader {

    /**
     * Reads everything that is asked for.
     *
     * @throws StoreUnavailableException if the store is unavailable now; the call may be retried
     */
    StoreAnswer read(StoreQuery query);
}
