package io.lightflow.position;

/**
 * A block begins above the committed position. The records in between were never read, and skipping them would lose
 * them (invariant B). Stops the shard until an operator decides.
 */
public final class GapException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GapException(String topic, int shard, int incarnation, long committed, long found) {
        super("shard " + shard + " stopped: " + topic + "-" + shard + " (incarnation "
                + Integer.toHexString(incarnation) + ") has been read up to offset " + committed
                + " but the next block begins at offset " + found + "; the " + (found - committed)
                + " offsets between were deleted before they were read, or the ledger was changed. Restore the records,"
                + " or accept the loss with: lightflow accept-gap --settings FILE --shard " + shard + " --topic "
                + topic + " --to "
                + found);
    }
}
