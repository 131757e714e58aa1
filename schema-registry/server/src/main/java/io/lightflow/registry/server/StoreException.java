package io.lightflow.registry.server;

/** The database could not be asked, or refused. The request may be sent again. */
final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
