package io.lightflow.topology.postgres;

import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What a commit writes into the tables, in the order in which everybody writes: by time, then by dimensions.
 *
 * <p>The same dimensions (all of the key but its time) come in many minutes. So they are looked up once for each minute
 * row, and sorted, encoded and rolled up as small numbers: a third of the cost of sorting keys and hashing them again
 * for hours and days.
 */
final class StatisticsRows {

    /**
     * Rows of one table, sorted.
     *
     * @param times ms since the Unix epoch
     * @param ranks places of the dimensions in {@code dimensions}
     * @param dimensions by rank, every dimension's columns as they travel in a binary COPY
     */
    record Table(long[] times, int[] ranks, Counts[] counts, byte[][] dimensions) {
        int size() {
            return times.length;
        }

        /** Number of rows up to and with a time. */
        int countUpTo(long time) {
            int low = 0;
            int high = times.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (times[middle] <= time) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    private final Table minutes;
    private final Table creativeMinutes;
    private final Table creativeTenMinutes;
    private final Table hours;
    private final Table days;

    private StatisticsRows(Table minutes, Creatives creatives) {
        this.minutes = minutes;
        creativeMinutes =
                rolledUp(minutes, StatisticsTable.CREATIVE_MINUTE.stepMs, creatives.rankOf, creatives.dimensions);
        creativeTenMinutes = rolledUp(creativeMinutes, StatisticsTable.CREATIVE_TEN_MINUTES);
        hours = rolledUp(minutes, StatisticsTable.HOUR);
        days = rolledUp(hours, StatisticsTable.DAY);
    }

    /**
     * The dimensions without the places.
     *
     * @param rankOf for each rank of the whole dimensions that of what is left of them
     */
    private record Creatives(int[] rankOf, byte[][] dimensions) {
        private static final Comparator<StatisticsKey> ORDER = Comparator.comparing(StatisticsKey::campaignId)
                .thenComparing(StatisticsKey::creativeId)
                .thenComparing(StatisticsKey::advertiserId)
                .thenComparing(StatisticsKey::currency);

        static Creatives of(List<StatisticsKey> sorted) {
            TreeMap<StatisticsKey, Integer> ranks = new TreeMap<>(ORDER);
            sorted.forEach(key -> ranks.putIfAbsent(key, 0));
            byte[][] dimensions = new byte[ranks.size()][];
            int next = 0;
            for (Map.Entry<StatisticsKey, Integer> rank : ranks.entrySet()) {
                dimensions[next] = BinaryCopy.encode(StatisticsTable.CREATIVE_MINUTE, rank.getKey());
                rank.setValue(next++);
            }
            return new Creatives(sorted.stream().mapToInt(ranks::get).toArray(), dimensions);
        }
    }

    Table of(StatisticsTable table) {
        return switch (table) {
            case MINUTE -> minutes;
            case CREATIVE_MINUTE -> creativeMinutes;
            case CREATIVE_TEN_MINUTES -> creativeTenMinutes;
            case HOUR -> hours;
            case DAY -> days;
        };
    }

    /** @throws ArithmeticException if a sum does not fit into 64 bits */
    static StatisticsRows of(Statistics statistics) {
        int size = statistics.size();
        long[] times = new long[size];
        int[] firstSeen = new int[size];
        Counts[] counts = new Counts[size];
        Map<StatisticsKey, Integer> seen = new HashMap<>();
        Map<StatisticsKey, Integer> storable = new HashMap<>();
        List<StatisticsKey> keys = new ArrayList<>();
        int at = 0;
        for (Map.Entry<StatisticsKey, Counts> row : statistics.minutes().entrySet()) {
            StatisticsKey dimensions = row.getKey().at(0);
            Integer number = seen.get(dimensions);
            if (number == null) {
                StatisticsKey stored = StorableText.of(dimensions);
                number = storable.get(stored);
                if (number == null) {
                    number = keys.size();
                    keys.add(stored);
                    storable.put(stored, number);
                }
                seen.put(dimensions, number);
            }
            times[at] = row.getKey().time();
            firstSeen[at] = number;
            counts[at++] = row.getValue();
        }
        List<StatisticsKey> sorted = new ArrayList<>(keys);
        Collections.sort(sorted);
        int[] rankOf = new int[keys.size()];
        byte[][] encoded = new byte[keys.size()][];
        for (int rank = 0; rank < encoded.length; rank++) {
            rankOf[storable.get(sorted.get(rank))] = rank;
            encoded[rank] = BinaryCopy.encode(StatisticsTable.MINUTE, sorted.get(rank));
        }
        int[] ranks = new int[size];
        for (int i = 0; i < size; i++) {
            ranks[i] = rankOf[firstSeen[i]];
        }
        return new StatisticsRows(sorted(times, ranks, encoded, counts), Creatives.of(sorted));
    }

    /** Sorts by rank and then, stable, by time: no comparisons. */
    private static Table sorted(long[] times, int[] ranks, byte[][] dimensions, Counts[] counts) {
        long[] distinct = Arrays.stream(times).distinct().sorted().toArray();
        int[] moments = new int[times.length];
        int[] order = new int[times.length];
        for (int i = 0; i < times.length; i++) {
            moments[i] = Arrays.binarySearch(distinct, times[i]);
            order[i] = i;
        }
        order = stableOrder(stableOrder(order, ranks, dimensions.length), moments, distinct.length);
        Rows rows = new Rows(times.length);
        for (int i : order) {
            rows.add(times[i], ranks[i], counts[i]);
        }
        return rows.done(dimensions);
    }

    private static int[] stableOrder(int[] order, int[] keys, int distinctKeys) {
        int[] next = new int[distinctKeys + 1];
        for (int key : keys) {
            next[key + 1]++;
        }
        for (int key = 0; key < distinctKeys; key++) {
            next[key + 1] += next[key];
        }
        int[] sorted = new int[order.length];
        for (int i : order) {
            sorted[next[keys[i]]++] = i;
        }
        return sorted;
    }

    private static Table rolledUp(Table finer, StatisticsTable coarser) {
        int[] same = IntStream.range(0, finer.dimensions.length).toArray();
        return rolledUp(finer, coarser.stepMs, same, finer.dimensions);
    }

    private static Table rolledUp(Table finer, long stepMs, int[] rankOf, byte[][] dimensions) {
        Rows rows = new Rows(finer.size());
        Counts[] sums = new Counts[dimensions.length];
        BitSet touched = new BitSet(dimensions.length);
        long bucket = 0;
        for (int i = 0; i <= finer.size(); i++) {
            long next = i == finer.size() ? bucket : Math.floorDiv(finer.times[i], stepMs) * stepMs;
            if (i == finer.size() || next != bucket) {
                for (int rank = touched.nextSetBit(0); rank >= 0; rank = touched.nextSetBit(rank + 1)) {
                    rows.add(bucket, rank, sums[rank]);
                    sums[rank] = null;
                }
                touched.clear();
                bucket = next;
            }
            if (i < finer.size()) {
                int rank = rankOf[finer.ranks[i]];
                if (sums[rank] == null) {
                    sums[rank] = new Counts();
                    touched.set(rank);
                }
                sums[rank].add(finer.counts[i]);
            }
        }
        return rows.done(dimensions);
    }

    /** Takes rows in their order; equal ones, which {@link StorableText} can bring about, are added up. */
    private static final class Rows {
        private final long[] times;
        private final int[] ranks;
        private final Counts[] counts;
        private int size;

        Rows(int capacity) {
            times = new long[capacity];
            ranks = new int[capacity];
            counts = new Counts[capacity];
        }

        void add(long time, int rank, Counts added) {
            int last = size - 1;
            if (size > 0 && times[last] == time && ranks[last] == rank) {
                Counts sum = new Counts();
                sum.add(counts[last]);
                sum.add(added);
                counts[last] = sum;
                return;
            }
            times[size] = time;
            ranks[size] = rank;
            counts[size++] = added;
        }

        Table done(byte[][] dimensions) {
            return new Table(
                    Arrays.copyOf(times, size), Arrays.copyOf(ranks, size), Arrays.copyOf(counts, size), dimensions);
        }
    }
}
