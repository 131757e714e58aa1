package io.lightflow.statistics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Minute rows, summed up between two commits, and what was set aside. Mutable, not thread-safe. */
public final class Statistics {
    public static final long MINUTE_MS = 60_000;
    public static final long HOUR_MS = 60 * MINUTE_MS;
    public static final long DAY_MS = 24 * HOUR_MS;

    private final Map<StatisticsKey, Counts> minutes = new HashMap<>();

    private final List<SetAsideRecord> setAside = new ArrayList<>(0);

    /** Adds a record that is not counted. */
    public void setAside(SetAsideRecord record) {
        setAside.add(record);
    }

    /** The records that are not counted. */
    public List<SetAsideRecord> setAside() {
        return Collections.unmodifiableList(setAside);
    }

    /** The counts of a minute row, for the caller to add to; created if absent. */
    public Counts minute(StatisticsKey key) {
        // Two calls, since most rows are there: get is cheaper than computeIfAbsent.
        Counts counts = minutes.get(key);
        if (counts == null) {
            counts = new Counts();
            minutes.put(key, counts);
        }
        return counts;
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
        return minutes.isEmpty() && setAside.isEmpty();
    }

    /** Number of minute rows. */
    public int size() {
        return minutes.size();
    }
}
