package io.lightflow.deploy.sql;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a query reads beside the archive.
 *
 * @param unarchived whether it sees events that are not archived yet
 * @param maxUnarchived the most records of a table that are read for that
 * @param threads the most threads that prepare these records
 * @param statisticsFrom rows of statistics of earlier times are left out
 * @param maxStatistics the most rows of a view of statistics
 * @param timeout for the statistics
 */
record QueryOptions(
        Unarchived unarchived,
        long maxUnarchived,
        int threads,
        Optional<Instant> statisticsFrom,
        long maxStatistics,
        Duration timeout) {

    /** Events that are not archived yet. */
    enum Unarchived {
        INCLUDED,
        LEFT_OUT
    }

    QueryOptions {
        Objects.requireNonNull(unarchived, "unarchived");
        Objects.requireNonNull(statisticsFrom, "statisticsFrom");
        if (maxUnarchived < 1 || maxStatistics < 1) {
            throw new IllegalArgumentException(
                    "limits of rows: expected 1 or more, found " + maxUnarchived + " and " + maxStatistics);
        }
    }
}
