package io.lightflow.join;

import java.util.Arrays;

/**
 * A few days in their order, with a count for each. Made of arrays and empty at first, since there are two of it for
 * each join key of a block. Not thread-safe.
 */
final class DayCounts {
    private static final int[] NONE = {};

    private int[] days = NONE;
    private int[] counts = NONE;
    private int size;

    int size() {
        return size;
    }

    /** The day at an index, from 0 to {@link #size}. */
    int day(int index) {
        return days[index];
    }

    /** The count of a day; 0 if it is not there. */
    int get(int day) {
        int index = Arrays.binarySearch(days, 0, size, day);
        return index < 0 ? 0 : counts[index];
    }

    /** Adds to the count of a day, and the day itself if it is not there. Returns whether it was not. */
    boolean add(int day, int count) {
        int index = Arrays.binarySearch(days, 0, size, day);
        if (index >= 0) {
            counts[index] += count;
            return false;
        }
        insert(-1 - index, day, count);
        return true;
    }

    /** Sets the count of a day, and adds the day if it is not there. */
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
