package io.lightflow.reports.query;

import java.util.List;
import java.util.Objects;

/**
 * How a query ended. The worker process writes it as a line of JSON.
 *
 * @param message why there is no result; null if there is one
 * @param rows of the result of a statement; 0 otherwise
 * @param notes what the user should know about the result, as sentences
 */
public record QueryOutcome(Status status, String message, long rows, List<String> notes) {

    /** Whether there is a result, or whose turn it is. */
    public enum Status {
        /** The result is in its file. */
        DONE,
        /** The query is wrong, or exceeds a limit. */
        REJECTED,
        /** There is no event with this id. */
        NOT_FOUND,
        /** The query took too long. */
        TIMEOUT,
        /** PostgreSQL, Kafka or the archive is unavailable. */
        UNAVAILABLE,
        /** The settings of a group lack what the query needs. */
        NOT_CONFIGURED,
        /** Anything else; the process has logged it. */
        FAILED
    }

    public QueryOutcome {
        Objects.requireNonNull(status, "status");
        notes = notes == null ? List.of() : List.copyOf(notes);
    }

    public static QueryOutcome done(long rows, List<String> notes) {
        return new QueryOutcome(Status.DONE, null, rows, notes);
    }

    public static QueryOutcome without(Status status, String message) {
        return new QueryOutcome(status, message, 0, List.of());
    }
}
