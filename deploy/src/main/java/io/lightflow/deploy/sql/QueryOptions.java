package io.lightflow.deploy.sql;

import io.lightflow.sql.RowAccess;
import java.time.Duration;
import java.util.Objects;

/**
 * What a query reads beside the archive.
 *
 * @param unarchived whether it sees events that are not archived yet
 * @param maxUnarchived the most records of a table that are read for that
 * @param threads the most threads that prepare these records
 * @param events which rows of events it sees
 * @param statistics which rows of statistics it sees; for the same advertiser
 * @param maxStatistics the most rows of a view of statistics
 * @param timeout for the statistics, and for copies of files that are in no local folder
 */
public record QueryOptions(
        Unarchived unarchived,
        long maxUnarchived,
        int threads,
        RowAccess events,
        RowAccess statistics,
        long maxStatistics,
        Duration timeout) {

    /** Events that are not archived yet. */
    public enum Unarchived {
        INCLUDED,
        LEFT_OUT
    }

    public QueryOptions {
        Objects.requireNonNull(unarchived, "unarchived");
        if (!events.advertiser().equals(statistics.advertiser())) {
            throw new IllegalArgumentException("expected events and statistics of the same advertiser, found "
                    + events.advertiser() + " and " + statistics.advertiser());
        }
        if (maxUnarchived < 1 || maxStatistics < 1) {
            throw new IllegalArgumentException(
                    "limits of rows: expected 1 or more, found " + maxUnarchived + " and " + maxStatistics);
        }
    }
}
