package io.lightflow.sink;

/** The sink or its ledger is unavailable now. Retryable: open the shards again and continue from the ledger. */
public class SinkUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SinkUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
