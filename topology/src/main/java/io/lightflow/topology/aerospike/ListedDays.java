package io.lightflow.topology.aerospike;

import io.lightflow.store.EventCell;
import io.lightflow.store.NewCell;
import io.lightflow.store.StoreWrite;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Remembers which days the rows of join keys list, so that a write need not list them again. To forget is harmless. A
 * step reads the row of a join key before it writes events of the key, so nothing is remembered for long. Thread-safe.
 */
final class ListedDays {
    /** Join keys of one of the two maps. */
    private static final int MAX_KEYS = 100_000;

    private static final int[] NONE = {};

    private Map<ByteBuffer, int[]> recent = new HashMap<>();
    private Map<ByteBuffer, int[]> former = new HashMap<>();

    /** Replaces what is known of a join key. */
    synchronized void set(byte[] joinKey, int[] days) {
        if (recent.size() >= MAX_KEYS) {
            former = recent;
            recent = new HashMap<>();
        }
        recent.put(ByteBuffer.wrap(joinKey.clone()), days);
    }

    synchronized boolean contains(byte[] joinKey, int day) {
        for (int listed : days(joinKey)) {
            if (listed == day) {
                return true;
            }
        }
        return false;
    }

    /** Records that a day is listed. */
    synchronized void add(byte[] joinKey, int day) {
        if (!contains(joinKey, day)) {
            int[] days = days(joinKey);
            int[] more = Arrays.copyOf(days, days.length + 1);
            more[days.length] = day;
            set(joinKey, more);
        }
    }

    private int[] days(byte[] joinKey) {
        ByteBuffer key = ByteBuffer.wrap(joinKey);
        int[] days = recent.get(key);
        return days == null ? former.getOrDefault(key, NONE) : days;
    }

    /** Writes rows and events. Days that may not be listed yet are listed with them. */
    void write(WideRows rows, List<StoreWrite> writes) {
        List<NewCell> cells = new ArrayList<>();
        Map<ByteBuffer, EventCell> unlisted = new HashMap<>(0);
        for (StoreWrite write : writes) {
            cells.addAll(write.cells());
            for (EventCell event : write.events()) {
                NewCell stored = DayRows.stored(event);
                cells.add(stored);
                if (!contains(event.joinKey(), event.day())
                        && unlisted.put(ByteBuffer.wrap(stored.row()), event) == null) {
                    cells.add(DayRows.dayCell(event.joinKey(), event.day()));
                }
            }
        }
        rows.write(cells);
        // Only now: a write that failed may have listed nothing.
        unlisted.values().forEach(event -> add(event.joinKey(), event.day()));
    }
}
