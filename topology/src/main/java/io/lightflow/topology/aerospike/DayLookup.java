package io.lightflow.topology.aerospike;

import io.lightflow.store.Cell;
import io.lightflow.store.EventCell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreQuery;
import io.lightflow.topology.aerospike.WideRows.SizedRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The day rows that answer a query, or a part of it. Used by one thread. */
final class DayLookup {
    private static final int NO_QUERY = -1;
    /** No cell of a day row has this key: only the size of the row is asked for. */
    private static final byte[] SIZE_ONLY = {0};

    private final StoreQuery query;
    private final List<List<EventCell>> events;
    private final int[] sizes;

    private final List<RowRange> ranges = new ArrayList<>();
    private final List<Purpose> purposes = new ArrayList<>();
    /** The range that tells the size of a day row. */
    private final Map<ByteBuffer, Integer> rangeByRow = new HashMap<>();
    /** The range that tells a requested size. */
    private final Map<Integer, Integer> rangeBySize = new HashMap<>();

    /** What a range is read for: the event query with this number, on this day. */
    private record Purpose(int query, int day) {}

    DayLookup(StoreQuery query) {
        this.query = query;
        this.events = new ArrayList<>(Collections.nCopies(query.events().size(), List.of()));
        this.sizes = new int[query.days().size()];
    }

    /** A further look-up for the same query. */
    DayLookup(DayLookup other) {
        this.query = other.query;
        this.events = other.events;
        this.sizes = other.sizes;
    }

    /** Looks for the events of a query on those of the given days that it concerns. */
    void addEvents(int index, int[] days) {
        EventQuery asked = query.events().get(index);
        byte[] prefix = null;
        for (int day : days) {
            if (KeyDay.start(day) <= asked.until() && KeyDay.start(day + 1) > asked.since()) {
                prefix = prefix == null ? DayRows.prefix(asked) : prefix;
                add(DayRows.dayRow(day, asked.joinKey()), prefix, new Purpose(index, day));
            }
        }
    }

    private int add(byte[] row, byte[] prefix, Purpose purpose) {
        ranges.add(new RowRange(row, prefix));
        purposes.add(purpose);
        rangeByRow.put(ByteBuffer.wrap(row), ranges.size() - 1);
        return ranges.size() - 1;
    }

    /** Asks for the size of a day, after all events. A day that is not listed has none. */
    void addSize(int index, int[] days) {
        KeyDay asked = query.days().get(index);
        for (int day : days) {
            if (day == asked.day()) {
                byte[] row = DayRows.dayRow(day, asked.joinKey());
                Integer range = rangeByRow.get(ByteBuffer.wrap(row));
                rangeBySize.put(index, range == null ? add(row, SIZE_ONLY, new Purpose(NO_QUERY, day)) : range);
            }
        }
    }

    List<RowRange> ranges() {
        return ranges;
    }

    /** Takes the answers to the ranges, which begin at an index. Returns the index behind them. */
    int take(List<SizedRow> rows, int from) {
        for (int i = 0; i < purposes.size(); i++) {
            Purpose purpose = purposes.get(i);
            if (purpose.query() != NO_QUERY) {
                takeEvents(purpose, rows.get(from + i).cells());
            }
        }
        rangeBySize.forEach(
                (index, range) -> sizes[index] = rows.get(from + range).size());
        return from + purposes.size();
    }

    private void takeEvents(Purpose purpose, List<Cell> cells) {
        if (cells.isEmpty()) {
            return;
        }
        EventQuery asked = query.events().get(purpose.query());
        List<EventCell> found = new ArrayList<>(events.get(purpose.query()));
        for (Cell cell : cells) {
            EventCell event = DayRows.event(asked.joinKey(), purpose.day(), cell);
            if ((asked.id() == null || Arrays.equals(asked.id(), event.id())) && asked.isWithin(event.time())) {
                found.add(event);
            }
        }
        events.set(purpose.query(), found);
    }

    /** The events of each query, as far as they were found. */
    List<List<EventCell>> events() {
        return events;
    }

    /** The requested sizes, as far as they were found. */
    int[] sizes() {
        return sizes;
    }
}
