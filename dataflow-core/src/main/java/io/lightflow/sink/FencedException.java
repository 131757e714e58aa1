package io.lightflow.sink;

/**
 * The ledger is not where this writer left it: somebody else has taken the shard over. What this writer was about to
 * commit must be thrown away.
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
