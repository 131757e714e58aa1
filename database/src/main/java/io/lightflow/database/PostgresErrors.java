package io.lightflow.database;

import io.lightflow.sink.SinkUnavailableException;
import java.sql.SQLException;
import java.sql.SQLTransientException;

/** Decides, in one place and by SQLState, whether a failure may be repeated. */
public final class PostgresErrors {
    public static final String UNIQUE_VIOLATION = "23505";
    public static final String NUMERIC_OUT_OF_RANGE = "22003";
    /** No partition holds the row: another process dropped it. */
    public static final String CHECK_VIOLATION = "23514";

    private PostgresErrors() {}

    /** @param action what was being done, to complete "cannot ..." */
    public static RuntimeException translate(String action, SQLException failure) {
        SQLException root = root(failure);
        String state = root.getSQLState();
        String found = root.getMessage() + (state == null ? "" : " (SQLState " + state + ")");
        if (isRetryable(root)) {
            return new SinkUnavailableException("cannot " + action + " now: " + found, failure);
        }
        return new PostgresSetupException("cannot " + action + ": " + found + advice(state), failure);
    }

    /** Whether a failure that {@link #translate} has translated has this SQLState. */
    public static boolean hasState(RuntimeException translated, String state) {
        return translated.getCause() instanceof SQLException failure && hasState(failure, state);
    }

    public static boolean hasState(SQLException failure, String state) {
        return state.equals(root(failure).getSQLState());
    }

    /** The innermost failure that PostgreSQL or its driver named; a pool wraps it. */
    private static SQLException root(SQLException failure) {
        SQLException root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException named && named.getSQLState() != null) {
                root = named;
            }
        }
        return root;
    }

    private static boolean isRetryable(SQLException failure) {
        String state = failure.getSQLState();
        if (state == null) {
            return failure instanceof SQLTransientException;
        }
        return switch (state) {
            case "57014", // cancelled, or the statement took too long
                    "57P01", // shut down by an administrator, or this session ended by one
                    "57P02", // crashed
                    "57P03", // starting up
                    "57P05", // idle session ended
                    "25P03", // idle transaction ended
                    "25006", // read-only: a standby, or a failover under way
                    "55P03", // a lock was not free in time
                    "58030", // input or output failed
                    CHECK_VIOLATION // the partition is made again
            -> true;
            default ->
                state.startsWith("08") // the connection
                        || state.startsWith("40") // rolled back: serialization, deadlock
                        || state.startsWith("53"); // disk full, out of memory, too many connections
        };
    }

    private static String advice(String state) {
        if (state == null) {
            return "";
        }
        return switch (state) {
            case "42P01", "42703", "3F000", "42P10" ->
                ". The tables are not there, or not of this version: migrate the schema first";
            case "42501" -> ". Grant the role what it needs: it must own the tables, and may make temporary ones";
            case "28P01", "28000" -> ". Check user and password, and pg_hba.conf";
            case "3D000" -> ". Create the database first, or check the JDBC URL";
            default -> "";
        };
    }
}
