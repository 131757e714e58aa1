package io.lightflow.reports.statistics;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsCube;
import io.lightflow.reports.statistics.KeyCache.Texts;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/** Rows in memory, all of one {@link DatabaseSnapshot}. Thread-safe. */
final class CachedSlices {
    /** @param version greater after each commit that changed the rows */
    record Versioned(long version, SliceColumns rows) {}

    final DatabaseSnapshot snapshot;

    /** Of all ads that rows are about. */
    final Texts ads;

    private final Map<KeyTable, Texts> texts = new EnumMap<>(KeyTable.class);
    private final KeyCaches keys;
    private final Map<TimeSlice, Versioned> rows;

    /** @param keys with the texts of all these rows */
    CachedSlices(DatabaseSnapshot snapshot, KeyCaches keys, Map<TimeSlice, Versioned> rows) {
        this.snapshot = snapshot;
        for (KeyTable table : KeyTable.values()) {
            texts.put(table, keys.of(table).texts());
        }
        this.ads = texts.get(KeyTable.AD);
        this.keys = keys;
        this.rows = rows;
    }

    boolean has(Collection<TimeSlice> slots) {
        return rows.keySet().containsAll(slots);
    }

    /**
     * Sums up what rows have of something.
     *
     * @param slots of one cube; all must be held
     * @param filter which rows, as far as it is about anything but the ads
     * @return by the ad's index into {@link #ads}
     * @throws ArithmeticException if a sum does not fit into 64 bits
     */
    long[] sums(Measure measure, StatisticsCube cube, Collection<TimeSlice> slots, Filter filter) {
        long[] sums = new long[ads.size()];
        boolean[] isAsked = cube.keyTableBesideAds()
                .map(table -> texts.get(table).matches(filter))
                .orElse(SliceColumns.ANY);
        slots.forEach(slot -> rows(slot).addTo(sums, measure, isAsked));
        return sums;
    }

    SliceColumns rows(TimeSlice slot) {
        return rows.get(slot).rows;
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
