package io.lightflow.topology.aerospike;

import io.lightflow.store.Cell;
import io.lightflow.store.EventQuery;
import io.lightflow.store.KeyDay;
import io.lightflow.store.RowRange;
import io.lightflow.store.StoreAnswer;
import io.lightflow.store.StoreQuery;
import io.lightflow.store.StoreReader;
import io.lightflow.topology.aerospike.WideRows.SizedRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads for one step. The row of a join key lists its days, and the reader remembers them. So events of a key whose row
 * was read before cost one round trip, together with the rows; events of another key cost a second one.
 */
final class DayRowReader implements StoreReader {
    private static final byte[] DAYS = {DayRows.DAY};

    private final WideRows rows;
    private final ListedDays listed;
    /** The days that this reader has found, by join key. */
    private final Map<ByteBuffer, int[]> daysByKey = new HashMap<>();

    DayRowReader(WideRows rows, ListedDays listed) {
        this.rows = rows;
        this.listed = listed;
    }

    @Override
    public StoreAnswer read(StoreQuery query) {
        List<RowRange> ranges = new ArrayList<>(query.rows());
        DayLookup known = new DayLookup(query);
        Map<ByteBuffer, byte[]> unknownKeys = new LinkedHashMap<>(0);
        List<Integer> unknownEvents = new ArrayList<>(0);
        List<Integer> unknownDays = new ArrayList<>(0);
        for (int i = 0; i < query.events().size(); i++) {
            EventQuery events = query.events().get(i);
            int[] days = daysByKey.get(ByteBuffer.wrap(events.joinKey()));
            if (days == null) {
                unknownKeys.put(ByteBuffer.wrap(events.joinKey()), events.joinKey());
                unknownEvents.add(i);
            } else {
                known.addEvents(i, days);
            }
        }
        for (int i = 0; i < query.days().size(); i++) {
            KeyDay day = query.days().get(i);
            int[] days = daysByKey.get(ByteBuffer.wrap(day.joinKey()));
            if (days == null) {
                unknownKeys.put(ByteBuffer.wrap(day.joinKey()), day.joinKey());
                unknownDays.add(i);
            } else {
                known.addSize(i, days);
            }
        }
        ranges.addAll(known.ranges());
        unknownKeys.values().forEach(joinKey -> ranges.add(new RowRange(DayRows.keyRow(joinKey), DAYS)));

        List<SizedRow> found = rows.read(ranges);
        List<List<Cell>> foundRows = new ArrayList<>(query.rows().size());
        for (int i = 0; i < query.rows().size(); i++) {
            foundRows.add(withoutDays(ranges.get(i), found.get(i).cells()));
        }
        int next = known.take(found, foundRows.size());
        for (byte[] joinKey : unknownKeys.values()) {
            learn(joinKey, found.get(next++).cells());
        }
        if (!unknownKeys.isEmpty()) {
            DayLookup learned = new DayLookup(known);
            unknownEvents.forEach(
                    i -> learned.addEvents(i, days(query.events().get(i).joinKey())));
            unknownDays.forEach(i -> learned.addSize(i, days(query.days().get(i).joinKey())));
            learned.take(rows.read(learned.ranges()), 0);
        }
        return new StoreAnswer(foundRows, known.events(), known.sizes());
    }

    private int[] days(byte[] joinKey) {
        return daysByKey.get(ByteBuffer.wrap(joinKey));
    }

    /** The cells of a row without the days of a join key, which are remembered. */
    private List<Cell> withoutDays(RowRange range, List<Cell> cells) {
        if (range.prefix().length > 0 || !DayRows.isKeyRow(range.row())) {
            return cells;
        }
        learn(Arrays.copyOfRange(range.row(), 1, range.row().length), cells);
        return cells.stream().noneMatch(DayRows::isDay)
                ? cells
                : cells.stream().filter(cell -> !DayRows.isDay(cell)).toList();
    }

    private void learn(byte[] joinKey, List<Cell> cells) {
        int[] days = cells.stream()
                .filter(DayRows::isDay)
                .mapToInt(DayRows::dayOf)
                .distinct()
                .toArray();
        daysByKey.put(ByteBuffer.wrap(joinKey), days);
        listed.set(joinKey, days);
    }
}
