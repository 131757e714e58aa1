package io.lightflow.reports.query;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/**
 * One query for a {@link QueryWorkers worker process}, which reads it as a line of JSON.
 *
 * @param text the statement, or the id
 * @param advertiser the only one whose events it sees; null for all
 * @param sql more about a statement; null for an id
 * @param back how old records of topics may be that the archive does not hold; null for a statement
 * @param folder of this query alone; the process writes the result into it. Null before there is one
 */
public record QueryTask(String text, String advertiser, SqlOptions sql, Duration back, Path folder) {
    private static final String RESULT = "answer";

    /** How the result is written. */
    public enum Format {
        JSON,
        CSV,
        PARQUET
    }

    /** Events that are not archived yet. */
    public enum Unarchived {
        INCLUDED,
        LEFT_OUT
    }

    /**
     * The rows that a statement sees, and the format of its result.
     *
     * @param from earliest event time; null for all
     * @param to event time before which rows are seen; null for all
     */
    public record SqlOptions(Instant from, Instant to, Format format, Unarchived unarchived) {
        public SqlOptions {
            Objects.requireNonNull(format, "format");
            Objects.requireNonNull(unarchived, "unarchived");
        }
    }

    public QueryTask {
        Objects.requireNonNull(text, "text");
        if ((sql == null) == (back == null)) {
            throw new IllegalArgumentException("expected options of a statement or of an id, found both or none");
        }
    }

    static QueryTask ofStatement(String sql, String advertiser, SqlOptions options) {
        return new QueryTask(sql, advertiser, options, null, null);
    }

    static QueryTask ofId(String id, String advertiser, Duration back) {
        return new QueryTask(id, advertiser, null, back, null);
    }

    QueryTask in(Path newFolder) {
        return new QueryTask(text, advertiser, sql, back, newFolder);
    }

    /** The file for the result. */
    public Path result() {
        return folder.resolve(RESULT);
    }
}
