package io.lightflow.reports.statistics;

import io.lightflow.database.StatisticsCube;
import io.lightflow.database.StatisticsTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** The length of time that a row covers. Coarser rows are the sums of finer ones, written in the same transactions. */
enum Grain {
    MINUTE(Duration.ofMinutes(1)),
    TEN_MINUTES(Duration.ofMinutes(10)),
    HOUR(Duration.ofHours(1)),
    DAY(Duration.ofDays(1));

    final Duration length;

    Grain(Duration length) {
        this.length = length;
    }

    /** Its name in requests and answers. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The table with the rows of a cube.
     *
     * @throws java.util.NoSuchElementException if there are none of this length
     */
    StatisticsTable table(StatisticsCube cube) {
        return StatisticsTable.answering(cube, length.toMillis()).orElseThrow();
    }

    /** The greatest whole multiple of its length that is not after a time. */
    Instant floor(Instant time) {
        return Instant.ofEpochMilli(Math.floorDiv(time.toEpochMilli(), length.toMillis()) * length.toMillis());
    }

    /** The whole multiple of its length that is nearest to a time; of two, the later one. */
    Instant nearest(Instant time) {
        return floor(time.plus(length.dividedBy(2)));
    }

    Instant ceiling(Instant time) {
        Instant floor = floor(time);
        return floor.equals(time) ? time : floor.plus(length);
    }
}
