package io.lightflow.topology.trident;

/**
 * Starts batches in the order of their txids. Trident's master asks for each txid in turn whether its batch may begin,
 * up to the number in flight. Its throttle may refuse one batch and admit the next, because its window has just ended
 * ({@code MasterBatchCoordinator.sync} of Storm 2.8.3). The spout would then poll for the later batch first, and the
 * earlier one would begin above the ledger. Not thread-safe.
 */
final class BatchOrder {
    private long last = Long.MAX_VALUE;

    /** Whether it is the batch's turn; if so, the batch counts as begun. A batch that failed may begin again. */
    boolean isNext(long txid) {
        if (last != Long.MAX_VALUE && txid > last + 1) {
            return false;
        }
        last = txid;
        return true;
    }
}
