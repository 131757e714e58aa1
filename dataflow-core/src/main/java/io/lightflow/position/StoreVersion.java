package io.lightflow.position;

/**
 * Names the write that a shard's join store must hold. A ledger without one was written by a build that knew none, or
 * is at its start.
 *
 * @param id id of the shard's store; 0 if there is none
 * @param sequence number of the last write that the ledger counts on
 * @param attempt a random number of the attempt that made this write, since attempts that never committed may have made
 *     other writes of the same number
 */
public record StoreVersion(int id, long sequence, int attempt) {

    /** No store is known. */
    public static final StoreVersion UNKNOWN = new StoreVersion(0, 0, 0);

    public StoreVersion {
        if (sequence < 0 || id == 0 && sequence != 0) {
            throw new IllegalArgumentException(
                    "expected a sequence of 0 or more, and 0 without a store, found " + sequence + " of " + id);
        }
    }

    public boolean isKnown() {
        return id != 0;
    }

    /** The version after one more write. */
    public StoreVersion next(int nextAttempt) {
        return new StoreVersion(id, sequence + 1, nextAttempt);
    }

    /** The first version of a new store. */
    public static StoreVersion first(int id, int attempt) {
        return new StoreVersion(id, 1, attempt);
    }

    @Override
    public String toString() {
        return isKnown() ? "store " + "%08x".formatted(id) + " at write " + sequence : "no store";
    }
}
