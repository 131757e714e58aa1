package io.lightflow.join;

import java.util.Arrays;

/**
 * A few days in ascending order, with a count for each. It consists of arrays and starts empty, since each join key of
 * a block has one. Not thread-safe.
 */
final class DayCounts {
    private static final int[] NONE = {};

    private int[] days = NONE;
    private int[] counts = NONE;
    private int size;

    int size() {
        return size;
    }

    /** The day at an index from 0 to {@link #size} - 1. */
    int day(int index) {
        return days[index];
    }

    /** The count of a day; 0 if the day is absent. */
    int get(int day) {
        int index = Arrays.binarySearch(days, 0, size, day);
        return index < 0 ? 0 : counts[index];
    }

    /** Adds to the count of a day. Returns whether the day was absent. */
    boolean add(int day, int count) {
        int index = Arrays.binarySearch(days, 0, size, day);
        if (index >= 0) {
            counts[index] += count;
            return false;
        }
        insert(-1 - index, day, count);
        return true;
    }

    /** Sets the count of a day. */
    void set(int day, int count) {
        add(day, count - get(day));
    }

    private void insert(int index, int day, int count) {
        if (size == days.length) {
            days = Arrays.copyOf(days, 2 * size + 1);
            counts = Arrays.copyOf(counts, 2 * size + 1);
        }
        System.arraycopy(days, index, days, index + 1, size - index);
        System.arraycopy(counts, index, counts, index + 1, size - index);
        days[index] = day;
        counts[index] = count;
        size++;
    }
}
