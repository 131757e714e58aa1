package io.lightflow.topology.eventlog;

import java.nio.ByteBuffer;

/**
 * Counts events by join key and day, never too few: two rows of counters of 16 bits, of which the lesser tells the
 * number (a count-min sketch). A counter that is full says that there may be any number.
 *
 * <p>Not thread-safe.
 */
final class KeyDaySketch {
    static final int ROWS = 2;
    private static final int EVENTS_PER_COUNTER = 4;
    private static final int MIN_COUNTERS = 1 << 6;

    private final char[] counters;
    private final int mask;

    private KeyDaySketch(int countersPerRow) {
        counters = new char[ROWS * countersPerRow];
        mask = countersPerRow - 1;
    }

    static KeyDaySketch forEvents(long events) {
        return new KeyDaySketch(countersPerRow(events));
    }

    /** A power of two. */
    static int countersPerRow(long events) {
        long counters = Math.max(MIN_COUNTERS, events / EVENTS_PER_COUNTER);
        return Integer.highestOneBit((int) Math.min(counters, 1 << 28));
    }

    int countersPerRow() {
        return mask + 1;
    }

    char counter(int i) {
        return counters[i];
    }

    void add(int keyHash, int day) {
        long hash = hash(keyHash, day);
        increment(slot(0, hash, mask));
        increment(slot(1, hash, mask));
    }

    private void increment(int slot) {
        if (counters[slot] < Character.MAX_VALUE) {
            counters[slot]++;
        }
    }

    /** At least the number of events that were added. */
    int bound(int keyHash, int day) {
        long hash = hash(keyHash, day);
        return bound(counters[slot(0, hash, mask)], counters[slot(1, hash, mask)]);
    }

    /** As {@link #bound(int, int)}, from counters that were stored. */
    static int bound(ByteBuffer stored, int from, int countersPerRow, int keyHash, int day) {
        long hash = hash(keyHash, day);
        int mask = countersPerRow - 1;
        return bound(
                stored.getChar(from + Character.BYTES * slot(0, hash, mask)),
                stored.getChar(from + Character.BYTES * slot(1, hash, mask)));
    }

    private static int bound(char first, char second) {
        char least = first < second ? first : second;
        return least == Character.MAX_VALUE ? Integer.MAX_VALUE : least;
    }

    private static long hash(int keyHash, int day) {
        return EventHashing.mix((long) day << 32 ^ keyHash & 0xffffffffL);
    }

    private static int slot(int row, long hash, int mask) {
        return row == 0 ? (int) hash & mask : mask + 1 + ((int) (hash >>> 32) & mask);
    }
}
