package io.lightflow.registry.sync;

/** A registry is unavailable or denied access. What was copied so far remains; the sync may be repeated. */
public final class SyncException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SyncException(String message, Throwable cause) {
        super(message, cause);
    }
}
