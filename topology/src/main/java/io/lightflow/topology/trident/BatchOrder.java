package io.lightflow.topology.trident;

/**
 * Lets batches begin in the order of their txids. Trident's master asks for one after the other whether it may begin,
 * up to the number that may be in flight, and its throttle may refuse one and, its window having just ended, let the
 * next one pass ({@code MasterBatchCoordinator.sync} of Storm 2.8.3). The spout would then poll for the later batch
 * first, and the earlier one would begin above the ledger. Not thread-safe.
 */
final class BatchOrder {
    private long last = Long.MAX_VALUE;

    /** Whether it is the batch's turn; if so, it is taken to have begun. A batch that failed may begin again. */
    boolean isNext(long txid) {
        if (last != Long.MAX_VALUE && txid > last + 1) {
            return false;
        }
        last = txid;
        return true;
    }
}
