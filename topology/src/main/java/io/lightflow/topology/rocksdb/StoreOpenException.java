package io.lightflow.topology.rocksdb;

/** The store cannot be opened: held by another process, not readable, or not a store. Not retryable as it is. */
public final class StoreOpenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreOpenException(String message, Throwable cause) {
        super(message, cause);
    }
}
