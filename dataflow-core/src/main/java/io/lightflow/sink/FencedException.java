package io.lightflow.sink;

/**
 * The ledger is not where this writer left it: another writer has taken over the shard. The uncommitted outputs of this
 * writer must be discarded.
 */
public final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FencedException(String message) {
        super(message);
    }

    public FencedException(String message, Throwable cause) {
        super(message, cause);
    }
}
