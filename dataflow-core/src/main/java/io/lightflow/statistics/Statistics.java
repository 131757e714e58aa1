package io.lightflow.statistics;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** Minute rows that are summed up between two commits. Mutable, not thread-safe. */
public final class Statistics {
    public static final long MINUTE_MS = 60_000;
    public static final long HOUR_MS = 60 * MINUTE_MS;
    public static final long DAY_MS = 24 * HOUR_MS;

    private final Map<StatisticsKey, Counts> minutes = new HashMap<>();

    /** The counts of a minute row, to be added to; made if absent. */
    public Counts minute(StatisticsKey key) {
        return minutes.computeIfAbsent(key, absent -> new Counts());
    }

    public Map<StatisticsKey, Counts> minutes() {
        return Collections.unmodifiableMap(minutes);
    }

    /** The minute rows summed into rows of {@code stepMs} milliseconds, a multiple of a minute that divides a day. */
    public Map<StatisticsKey, Counts> rolledUp(long stepMs) {
        Map<StatisticsKey, Counts> rows = new HashMap<>();
        minutes.forEach((key, counts) -> rows.computeIfAbsent(
                        key.at(Math.floorDiv(key.time(), stepMs) * stepMs), absent -> new Counts())
                .add(counts));
        return rows;
    }

    public boolean isEmpty() {
        return minutes.isEmpty();
    }

    /** Number of minute rows. */
    public int size() {
        return minutes.size();
    }
}
