package io.lightflow.database;

/** PostgreSQL answers, and refuses: repeating does not help, somebody must change the set-up. */
public final class PostgresSetupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PostgresSetupException(String message, Throwable cause) {
        super(message, cause);
    }
}
