package io.lightflow.reports.query;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/**
 * One query for a {@link QueryWorkers worker process}, which reads it as a line of JSON.
 *
 * @param text the statement
 * @param advertiser the only one whose rows it sees; null for all
 * @param from earliest event time; null for all
 * @param to event time before which rows are seen; null for all
 * @param format of the result
 * @param unarchived whether it sees events that are not archived yet
 * @param folder of this query alone; the process writes the result into it
 */
public record QueryTask(
        String text, String advertiser, Instant from, Instant to, Format format, Unarchived unarchived, Path folder) {
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

    public QueryTask {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(unarchived, "unarchived");
    }

    QueryTask in(Path newFolder) {
        return new QueryTask(text, advertiser, from, to, format, unarchived, newFolder);
    }

    /** The file for the result. */
    public Path result() {
        return folder.resolve(RESULT);
    }
}
