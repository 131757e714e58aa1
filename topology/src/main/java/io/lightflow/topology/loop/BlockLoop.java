package io.lightflow.topology.loop;

import io.lightflow.event.Block;
import java.util.List;

/**
 * Processes the blocks of one micro-batch on one task of a topology. One thread calls it, batch by batch in the order
 * of their txids. Trident may replay a batch at any time, longer or shorter.
 */
public interface BlockLoop extends AutoCloseable {

    /**
     * @param txid the Trident transaction
     * @param blocks what the spout polled; may be empty
     * @throws RetryException if Trident must replay the batch from the ledger
     */
    void process(long txid, List<Block> blocks);

    /**
     * Runs an action, in any thread, once the commit of the last processed batch has ended, well or not; at once if
     * none is in flight.
     */
    default void afterCommit(Runnable action) {
        action.run();
    }

    @Override
    void close();
}
