package io.lightflow.store;

/** The join store is unavailable now. Retryable: the block is processed again from its start. */
public final class StoreUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
