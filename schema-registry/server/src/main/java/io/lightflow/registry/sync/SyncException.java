package io.lightflow.registry.sync;

/** A registry could not be asked, or does not let us. What was copied until then stays; the sync may be run again. */
public final class SyncException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SyncException(String message, Throwable cause) {
        super(message, cause);
    }
}
