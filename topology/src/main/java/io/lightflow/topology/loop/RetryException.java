package io.lightflow.topology.loop;

/** The batch did not get through and must be emitted again, from the ledger. Retryable. */
public final class RetryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RetryException(String message, Throwable cause) {
        super(message, cause);
    }
}
