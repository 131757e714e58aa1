package io.lightflow.store;

/** The join store does not answer now. Retryable: the block is worked on again from its start. */
public final class StoreUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
