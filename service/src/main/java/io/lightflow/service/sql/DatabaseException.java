package io.lightflow.service.sql;

/** The database is unavailable, or did not respond in time. The request is retryable. */
public final class DatabaseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The caller's options. */
    public enum Kind {
        /** Retry later; {@link Sql} logs the outage. */
        UNAVAILABLE,
        /** Retry later; the statement failed on an available database. */
        FAILED,
        /** Retry: the request conflicted with another transaction. */
        CONFLICT,
        /** Request less data. */
        TIMEOUT
    }

    private final Kind kind;

    public DatabaseException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
