package io.lightflow.topology.loop;

import io.lightflow.event.Block;
import java.util.List;

/**
 * What a topology does with the blocks of one micro-batch, on one task. Called by one thread, batch by batch in the
 * order of their txids; a batch may come again, longer or shorter, at any time.
 */
public interface BlockLoop extends AutoCloseable {

    /**
     * @param txid the Trident transaction
     * @param blocks what was polled; may be empty
     * @throws RetryException if the batch must be emitted again, from the ledger
     */
    void process(long txid, List<Block> blocks);

    @Override
    void close();
}
