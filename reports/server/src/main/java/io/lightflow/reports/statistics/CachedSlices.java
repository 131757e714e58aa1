package io.lightflow.reports.statistics;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsCube;
import io.lightflow.reports.statistics.KeyCache.Values;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/** Rows in memory, all of one {@link DatabaseSnapshot}. Thread-safe. */
final class CachedSlices {
    /** @param version greater after each commit that changed the rows */
    record Versioned(long version, SliceColumns rows) {}

    final DatabaseSnapshot snapshot;

    /** Of all ads that rows are about. */
    final Values ads;

    private final Map<KeyTable, Values> values = new EnumMap<>(KeyTable.class);
    private final KeyCaches keys;
    private final Map<TimeSlice, Versioned> rows;

    /** @param keys with the values of all these rows */
    CachedSlices(DatabaseSnapshot snapshot, KeyCaches keys, Map<TimeSlice, Versioned> rows) {
        this.snapshot = snapshot;
        for (KeyTable table : KeyTable.values()) {
            values.put(table, keys.of(table).values());
        }
        this.ads = values.get(KeyTable.AD);
        this.keys = keys;
        this.rows = rows;
    }

    boolean has(Collection<TimeSlice> slices) {
        return rows.keySet().containsAll(slices);
    }

    /**
     * The sums of a measure.
     *
     * @param slices of one cube; all must be held
     * @param filter which rows, as far as it is about anything but the ads
     * @return by the ad's index into {@link #ads}
     * @throws ArithmeticException if a sum does not fit into 64 bits
     */
    long[] sums(Measure measure, StatisticsCube cube, Collection<TimeSlice> slices, Filter filter) {
        long[] sums = new long[ads.size()];
        boolean[] isIncluded = cube.keyTableBesideAds()
                .map(table -> values.get(table).matches(filter))
                .orElse(SliceColumns.ANY);
        slices.forEach(slice -> rows(slice).addTo(sums, measure, isIncluded));
        return sums;
    }

    SliceColumns rows(TimeSlice slice) {
        return rows.get(slice).rows;
    }

    /** To be read on with. */
    KeyCaches keys() {
        return keys;
    }

    /** To be taken over where the version is the same. */
    Map<TimeSlice, Versioned> all() {
        return rows;
    }
}
