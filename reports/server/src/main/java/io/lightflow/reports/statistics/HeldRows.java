package io.lightflow.reports.statistics;

import io.lightflow.reports.statistics.KeyTexts.Texts;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/** Rows in memory, all of one {@link Snapshot}. Thread-safe. */
final class HeldRows {
    /** @param version greater after each commit that changed the rows */
    record Versioned(long version, SlotRows rows) {}

    final Snapshot snapshot;

    /** Of all ads that rows are about. */
    final Texts ads;

    private final Map<KeyTable, Texts> texts = new EnumMap<>(KeyTable.class);
    private final Keys keys;
    private final Map<Slot, Versioned> rows;

    /** @param keys with the texts of all these rows */
    HeldRows(Snapshot snapshot, Keys keys, Map<Slot, Versioned> rows) {
        this.snapshot = snapshot;
        for (KeyTable table : KeyTable.values()) {
            texts.put(table, keys.of(table).texts());
        }
        this.ads = texts.get(KeyTable.AD);
        this.keys = keys;
        this.rows = rows;
    }

    boolean has(Collection<Slot> slots) {
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
    long[] sums(Measure measure, Cube cube, Collection<Slot> slots, Filter filter) {
        long[] sums = new long[ads.size()];
        boolean[] isAsked =
                cube.besideAd().map(table -> texts.get(table).matches(filter)).orElse(SlotRows.ANY);
        slots.forEach(slot -> rows(slot).addTo(sums, measure, isAsked));
        return sums;
    }

    SlotRows rows(Slot slot) {
        return rows.get(slot).rows;
    }

    /** To be read on with. */
    Keys keys() {
        return keys;
    }

    /** To be taken over where the version is the same. */
    Map<Slot, Versioned> all() {
        return rows;
    }
}
