package io.lightflow.topology.postgres;

import io.lightflow.database.StatisticsTable;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A guess which rows of minutes are stored already. A new row can be copied straight into its table, which is several
 * times as cheap as an upsert.
 *
 * <p>Of the minutes up to a certain one nothing is known, so all of their rows may be stored. Later minutes were empty
 * when the sink looked, and their rows are stored if this sink has written them since. The topics of clicks and
 * conversions run minutes ahead of impressions while a topology catches up, and then leave a few rows in minutes whose
 * other rows are new. Other writers make the guess wrong, and the database tells. Not thread-safe.
 */
final class KnownRows {
    /** Numbers of rows that are kept at most, of 8 bytes each: an hour or more of minutes with thousands of rows. */
    private static final int MAX_ROWS = 1_000_000;

    private final int maxRows;
    private final Map<StatisticsTable, NavigableMap<Long, long[]>> written = new EnumMap<>(StatisticsTable.class);
    private long unknownUntil;
    private int size;

    /** @param unknownUntil time of the newest stored minute, ms since the Unix epoch */
    KnownRows(long unknownUntil) {
        this(unknownUntil, MAX_ROWS);
    }

    KnownRows(long unknownUntil, int maxRows) {
        this.unknownUntil = unknownUntil;
        this.maxRows = maxRows;
        for (StatisticsTable table : StatisticsTable.values()) {
            if (table.isOfMinutes()) {
                written.put(table, new TreeMap<>());
            }
        }
    }

    /** The rows of a table of minutes that are most likely not stored, by their place. */
    BitSet newRows(StatisticsTable table, StatisticsRows.Table rows) {
        NavigableMap<Long, long[]> minutes = written.get(table);
        BitSet fresh = new BitSet(rows.size());
        for (int from = rows.countUpTo(unknownUntil), to; from < rows.size(); from = to) {
            to = endOfMinute(rows, from);
            long[] stored = minutes.getOrDefault(rows.times()[from], new long[0]);
            int next = 0;
            for (int row = from; row < to; row++) {
                long numbers = rows.packedNumbers(row);
                while (next < stored.length && stored[next] < numbers) {
                    next++;
                }
                fresh.set(row, next == stored.length || stored[next] != numbers);
            }
        }
        return fresh;
    }

    /** These rows have been committed to their tables. */
    void wrote(StatisticsRows rows) {
        for (Map.Entry<StatisticsTable, NavigableMap<Long, long[]>> table : written.entrySet()) {
            wrote(rows.of(table.getKey()), table.getValue());
        }
        while (size > maxRows) {
            wroteElsewhere(written.values().stream()
                    .filter(minutes -> !minutes.isEmpty())
                    .mapToLong(NavigableMap::firstKey)
                    .min()
                    .orElseThrow());
        }
    }

    private void wrote(StatisticsRows.Table rows, NavigableMap<Long, long[]> minutes) {
        for (int from = rows.countUpTo(unknownUntil), to; from < rows.size(); from = to) {
            to = endOfMinute(rows, from);
            long[] added = new long[to - from];
            for (int row = from; row < to; row++) {
                added[row - from] = rows.packedNumbers(row);
            }
            long[] before = minutes.getOrDefault(rows.times()[from], new long[0]);
            long[] all = merged(before, added);
            minutes.put(rows.times()[from], all);
            size += all.length - before.length;
        }
    }

    /** Rows of minutes up to this one, in ms since the Unix epoch, may have been stored by anybody. */
    void wroteElsewhere(long minute) {
        if (minute <= unknownUntil) {
            return;
        }
        unknownUntil = minute;
        for (NavigableMap<Long, long[]> minutes : written.values()) {
            Map<Long, long[]> forgotten = minutes.headMap(minute, true);
            forgotten.values().forEach(rows -> size -= rows.length);
            forgotten.clear();
        }
    }

    private static int endOfMinute(StatisticsRows.Table rows, int from) {
        return rows.countUpTo(rows.times()[from]);
    }

    /** Both are sorted, and so is the result, in which each number occurs once. */
    private static long[] merged(long[] left, long[] right) {
        long[] all = new long[left.length + right.length];
        int length = 0;
        int l = 0;
        int r = 0;
        while (l < left.length || r < right.length) {
            if (r == right.length || l < left.length && left[l] < right[r]) {
                all[length++] = left[l++];
            } else {
                if (l < left.length && left[l] == right[r]) {
                    l++;
                }
                all[length++] = right[r++];
            }
        }
        return length == all.length ? all : Arrays.copyOf(all, length);
    }
}
