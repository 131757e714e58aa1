package io.lightflow.topology.certificate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Events as rows of primitive columns, in the order in which they are added: topic by topic, by rising offset. Takes 37
 * to 53 bytes of memory for an event, twice that while it grows. Not thread-safe.
 */
final class EventTable {
    static final int NONE = -1;

    /** First row of each topic, and the end of the last. */
    private final int[] firstRows;

    private int topicsBegun;
    private int size;
    private long[] high = new long[1 << 10];
    private long[] low = new long[1 << 10];
    private long[] offsets = new long[1 << 10];
    private int[] times = new int[1 << 10];
    private byte[] marks = new byte[1 << 10];
    /** Rows plus 1 by fingerprint, open addressing; twice as long as the columns. */
    private int[] index = new int[1 << 11];

    EventTable(int topics) {
        firstRows = new int[topics + 1];
    }

    int size() {
        return size;
    }

    /** Begins a topic, to which the next rows belong; topics come by rising number. */
    void beginTopic(int topic) {
        while (topicsBegun <= topic) {
            firstRows[topicsBegun++] = size;
        }
    }

    /**
     * Adds a row.
     *
     * @param time in ms, relative to a time that the caller chooses
     * @return its number
     */
    int add(EventFingerprint fingerprint, long offset, int time) {
        if (size == offsets.length) {
            grow();
        }
        high[size] = fingerprint.high();
        low[size] = fingerprint.low();
        offsets[size] = offset;
        times[size] = time;
        enter(size);
        size++;
        Arrays.fill(firstRows, topicsBegun, firstRows.length, size);
        return size - 1;
    }

    private void grow() {
        int room = Math.multiplyExact(size, 2);
        high = Arrays.copyOf(high, room);
        low = Arrays.copyOf(low, room);
        offsets = Arrays.copyOf(offsets, room);
        times = Arrays.copyOf(times, room);
        marks = Arrays.copyOf(marks, room);
        index = new int[Math.multiplyExact(room, 2)];
        for (int row = 0; row < size; row++) {
            enter(row);
        }
    }

    private void enter(int row) {
        int slot = slot(low[row]);
        while (index[slot] != 0) {
            slot = slot + 1 & index.length - 1;
        }
        index[slot] = row + 1;
    }

    private int slot(long lowBits) {
        return (int) lowBits & index.length - 1;
    }

    /** The rows with a fingerprint, by rising number; usually one. */
    List<Integer> rowsOf(EventFingerprint fingerprint) {
        return rowsOf(fingerprint.high(), fingerprint.low());
    }

    /** The row and all others with its fingerprint, by rising number. */
    List<Integer> copiesOf(int row) {
        return rowsOf(high[row], low[row]);
    }

    private List<Integer> rowsOf(long highBits, long lowBits) {
        List<Integer> rows = List.of();
        for (int slot = slot(lowBits); index[slot] != 0; slot = slot + 1 & index.length - 1) {
            int row = index[slot] - 1;
            if (low[row] == lowBits && high[row] == highBits) {
                if (rows.isEmpty()) {
                    rows = new ArrayList<>(1);
                }
                rows.add(row);
            }
        }
        if (rows.size() > 1) {
            rows.sort(null);
        }
        return rows;
    }

    /** The row of a topic's offset, or {@link #NONE}. */
    int rowAt(int topic, long offset) {
        int row = Arrays.binarySearch(offsets, firstRows[topic], firstRows[topic + 1], offset);
        return row < 0 ? NONE : row;
    }

    /** First row of a topic; that of the next is its end. */
    int firstRow(int topic) {
        return firstRows[topic];
    }

    int topicOf(int row) {
        int topic = 0;
        while (firstRows[topic + 1] <= row) {
            topic++;
        }
        return topic;
    }

    long offset(int row) {
        return offsets[row];
    }

    int time(int row) {
        return times[row];
    }

    /** Eight bits whose meaning the caller defines. */
    int marks(int row) {
        return marks[row] & 0xff;
    }

    void mark(int row, int bits) {
        marks[row] |= (byte) bits;
    }
}
