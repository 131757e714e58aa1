package io.lightflow.archive.lookup;

import java.time.Duration;

/**
 * Hours of event time, each by its number since the Unix epoch.
 *
 * @param first the first one
 * @param last the last one, which belongs to the range
 */
public record HourRange(long first, long last) {
    private static final long HOUR_MS = Duration.ofHours(1).toMillis();

    /** Every hour. */
    public static final HourRange ALL = new HourRange(Long.MIN_VALUE, Long.MAX_VALUE);

    /** The hours that a span of time touches, both ends included. */
    public static HourRange of(long fromMs, long toMs) {
        return new HourRange(Math.floorDiv(fromMs, HOUR_MS), Math.floorDiv(toMs, HOUR_MS));
    }

    boolean contains(long hour) {
        return hour >= first && hour <= last;
    }

    /** Begin of an hour, ms since the Unix epoch. */
    public static long beginMs(long hour) {
        return hour * HOUR_MS;
    }
}
