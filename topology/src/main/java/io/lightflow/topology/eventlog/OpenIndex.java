package io.lightflow.topology.eventlog;

import io.lightflow.store.KeyDay;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The index of a segment that is not sealed yet, on the heap: the events in their order, chained by their hash and by
 * that of their join key. Events with one hash are one chain, so the number of events of a key does not matter for an
 * id.
 *
 * <p>Not thread-safe: the log locks it while it grows.
 */
final class OpenIndex {
    private static final int INITIAL_EVENTS = 1 << 12;
    private static final int NONE = -1;

    private long[] hashes = new long[INITIAL_EVENTS];
    private int[] offsets = new int[INITIAL_EVENTS];
    private int[] days = new int[INITIAL_EVENTS];
    private int[] previousOfHash = new int[INITIAL_EVENTS];
    private int[] previousOfKey = new int[INITIAL_EVENTS];
    /** Open addressing with linear probing: the last event of a hash, or {@link #NONE}. */
    private int[] byHash = emptyTable(2 * INITIAL_EVENTS);

    private int[] byKey = emptyTable(2 * INITIAL_EVENTS);

    private final KeyDaySketch sketch;
    private final Set<Integer> distinctDays = new HashSet<>();
    private int size;
    private long leastTime = Long.MAX_VALUE;
    private long greatestTime = Long.MIN_VALUE;

    /** @param expectedEvents sizes the sketch; more may be added */
    OpenIndex(int expectedEvents) {
        sketch = KeyDaySketch.forEvents(expectedEvents);
    }

    private static int[] emptyTable(int slots) {
        int[] table = new int[slots];
        Arrays.fill(table, NONE);
        return table;
    }

    int size() {
        return size;
    }

    long hash(int event) {
        return hashes[event];
    }

    int offset(int event) {
        return offsets[event];
    }

    int day(int event) {
        return days[event];
    }

    int distinctDays() {
        return distinctDays.size();
    }

    long leastTime() {
        return leastTime;
    }

    long greatestTime() {
        return greatestTime;
    }

    KeyDaySketch sketch() {
        return sketch;
    }

    void add(long hash, int offset, long time) {
        if (size == hashes.length) {
            grow();
        }
        int event = size++;
        int day = KeyDay.dayOf(time);
        hashes[event] = hash;
        offsets[event] = offset;
        days[event] = day;
        if (event == 0 || days[event - 1] != day) {
            distinctDays.add(day);
        }
        link(event);
        leastTime = Math.min(leastTime, time);
        greatestTime = Math.max(greatestTime, time);
        sketch.add(EventHashing.keyHash(hash), day);
    }

    private void grow() {
        int capacity = Math.multiplyExact(2, hashes.length);
        hashes = Arrays.copyOf(hashes, capacity);
        offsets = Arrays.copyOf(offsets, capacity);
        days = Arrays.copyOf(days, capacity);
        previousOfHash = Arrays.copyOf(previousOfHash, capacity);
        previousOfKey = Arrays.copyOf(previousOfKey, capacity);
        byHash = emptyTable(2 * capacity);
        byKey = emptyTable(2 * capacity);
        for (int event = 0; event < size; event++) {
            link(event);
        }
    }

    private void link(int event) {
        long hash = hashes[event];
        int slot = slotOfHash(hash);
        previousOfHash[event] = byHash[slot];
        byHash[slot] = event;
        slot = slotOfKey(EventHashing.keyHash(hash));
        previousOfKey[event] = byKey[slot];
        byKey[slot] = event;
    }

    private int slotOfHash(long hash) {
        int mask = byHash.length - 1;
        int slot = (int) EventHashing.mix(hash) & mask;
        while (byHash[slot] != NONE && hashes[byHash[slot]] != hash) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int slotOfKey(int keyHash) {
        int mask = byKey.length - 1;
        int slot = keyHash & mask;
        while (byKey[slot] != NONE && EventHashing.keyHash(hashes[byKey[slot]]) != keyHash) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** The event that was added last with this hash, or -1. */
    int lastOfHash(long hash) {
        return byHash[slotOfHash(hash)];
    }

    int previousOfHash(int event) {
        return previousOfHash[event];
    }

    /** The event that was added last with this hash of its join key, or -1. */
    int lastOfKey(int keyHash) {
        return byKey[slotOfKey(keyHash)];
    }

    int previousOfKey(int event) {
        return previousOfKey[event];
    }

    /** The events by ascending hash, which is unsigned. */
    int[] sorted() {
        long[] order = new long[size];
        for (int event = 0; event < size; event++) {
            order[event] = sortKey(EventHashing.keyHash(hashes[event]), event);
        }
        Arrays.sort(order);
        for (int from = 0; from < size; ) {
            int to = from + 1;
            while (to < size && order[to] >>> 32 == order[from] >>> 32) {
                to++;
            }
            if (to - from > 1) {
                sortByIdHash(order, from, to);
            }
            from = to;
        }
        int[] events = new int[size];
        for (int i = 0; i < size; i++) {
            events[i] = (int) order[i];
        }
        return events;
    }

    private void sortByIdHash(long[] order, int from, int to) {
        for (int i = from; i < to; i++) {
            int event = (int) order[i];
            order[i] = sortKey((int) hashes[event], event);
        }
        Arrays.sort(order, from, to);
    }

    private static long sortKey(int hash, int event) {
        return (long) (hash ^ Integer.MIN_VALUE) << 32 | event;
    }
}
