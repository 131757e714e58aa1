package io.lightflow.sql;

/** A query that cannot be run, with what to do about it. */
public final class SqlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why it cannot be run. */
    public enum Kind {
        /** The query is wrong, or exceeds a limit. */
        QUERY,
        /** The query took too long. */
        TIMEOUT,
        /** Something that the query needs is unavailable. */
        UNAVAILABLE
    }

    private final Kind kind;

    public SqlException(String message) {
        super(message);
        this.kind = Kind.QUERY;
    }

    public SqlException(String message, Throwable cause) {
        this(Kind.QUERY, message, cause);
    }

    private SqlException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** The query took too long. */
    static SqlException timeout(String message, Throwable cause) {
        return new SqlException(Kind.TIMEOUT, message, cause);
    }

    /** Something that the query needs is unavailable. */
    public static SqlException unavailable(String message, Throwable cause) {
        return new SqlException(Kind.UNAVAILABLE, message, cause);
    }

    public Kind kind() {
        return kind;
    }
}
