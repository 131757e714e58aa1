package io.lightflow.store;

import java.util.Objects;

/**
 * Asks how many event cells a join key has on a day.
 *
 * @param joinKey the join key in UTF-8
 * @param day days since 1970-01-01 (UTC)
 */
public record KeyDay(byte[] joinKey, int day) {
    public static final long DAY_MS = 24 * 3600 * 1000L;

    public KeyDay {
        Objects.requireNonNull(joinKey, "joinKey");
    }

    /** The day of an event time in ms. */
    public static int dayOf(long time) {
        return (int) Math.floorDiv(time, DAY_MS);
    }

    /** The first ms of a day. */
    public static long start(int day) {
        return day * DAY_MS;
    }
}
