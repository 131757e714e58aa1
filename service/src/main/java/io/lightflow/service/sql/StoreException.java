package io.lightflow.service.sql;

/** The database could not be asked, or did not answer in time. The request may be sent again. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a caller can do about it. */
    public enum Kind {
        /** Try again later. */
        AWAY,
        /** Try again: it stood in the way of something else. */
        CONFLICT,
        /** Ask for less. */
        TOO_SLOW
    }

    private final Kind kind;

    public StoreException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
