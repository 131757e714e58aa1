package io.lightflow.sink;

/**
 * A commit took longer than the sink allows. It may be too large: open the shards again, and commit smaller blocks from
 * the ledger on.
 */
public final class CommitTimeoutException extends SinkUnavailableException {
    private static final long serialVersionUID = 1L;

    public CommitTimeoutException(String message, Throwable cause) {
        super(message, cause);
    }
}
