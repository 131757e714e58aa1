package io.lightflow.topology.loop;

/** The batch was not committed, and Trident must replay it from the ledger. Retryable. */
public final class RetryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RetryException(String message, Throwable cause) {
        super(message, cause);
    }
}
