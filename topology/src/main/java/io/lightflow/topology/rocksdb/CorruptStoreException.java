package io.lightflow.topology.rocksdb;

/** What is on disk is not what was written. Not retryable: the store must be restored or filled again. */
public final class CorruptStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CorruptStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
