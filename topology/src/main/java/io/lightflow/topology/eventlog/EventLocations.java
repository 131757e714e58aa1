package io.lightflow.topology.eventlog;

import java.util.Arrays;

/** A growing list of places of frames, in no order. Used by one thread. */
final class EventLocations {
    private long[] segments = new long[8];
    private int[] offsets = new int[8];
    private int size;

    void clear() {
        size = 0;
    }

    void add(long segment, int offset) {
        if (size == offsets.length) {
            segments = Arrays.copyOf(segments, 2 * size);
            offsets = Arrays.copyOf(offsets, 2 * size);
        }
        segments[size] = segment;
        offsets[size++] = offset;
    }

    int size() {
        return size;
    }

    long segment(int i) {
        return segments[i];
    }

    int offset(int i) {
        return offsets[i];
    }
}
