package io.lightflow.topology.postgres;

import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a commit writes into the tables, in the order in which everybody writes: by time, then by dimensions or their
 * number.
 *
 * <p>The same dimensions (all of the key but its time) come in many minutes. So they are looked up once for each row
 * that was counted, and projected, sorted, encoded and rolled up as small numbers: a third of the cost of sorting keys
 * and hashing them again for hours and days.
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

    private final Map<StatisticsTable, Table> tables = new EnumMap<>(StatisticsTable.class);

    private StatisticsRows(Counted counted, List<StatisticsKey> keys, Numbers numbers) {
        Map<StatisticsCube, Table> finer = new EnumMap<>(StatisticsCube.class);
        for (StatisticsTable table : StatisticsTable.values()) {
            Table rows = finer.containsKey(table.cube)
                    ? rolledUp(finer.get(table.cube), table.stepMs)
                    : rolledUp(counted, table.stepMs, Projection.of(keys, table.cube, numbers));
            tables.put(table, rows);
            finer.put(table.cube, rows);
        }
    }

    Table of(StatisticsTable table) {
        return tables.get(table);
    }

    /** Gives each of some keys of a numbered cube its number, the same for ever and for everybody; rows are in their order. */
    interface Numbers {
        Map<StatisticsKey, Long> of(List<StatisticsKey> keys);
    }

    /** @throws ArithmeticException if a sum does not fit into 64 bits */
    static StatisticsRows of(Statistics statistics, Numbers numbers) {
        int size = statistics.size();
        Counted counted = new Counted(new long[size], new int[size], new Counts[size]);
        Map<StatisticsKey, Integer> seen = new HashMap<>();
        List<StatisticsKey> keys = new ArrayList<>();
        int at = 0;
        for (Map.Entry<StatisticsKey, Counts> row : statistics.minutes().entrySet()) {
            StatisticsKey dimensions = row.getKey().at(0);
            Integer number = seen.get(dimensions);
            if (number == null) {
                number = keys.size();
                seen.put(dimensions, number);
                keys.add(StorableText.of(dimensions));
            }
            counted.times[at] = row.getKey().time();
            counted.ranks[at] = number;
            counted.counts[at++] = row.getValue();
        }
        return new StatisticsRows(counted.byTime(), keys, numbers);
    }

    /**
     * Rows with all dimensions.
     *
     * @param ranks places of the dimensions in a list, in no order
     */
    private record Counted(long[] times, int[] ranks, Counts[] counts) {
        /** Sorted by time: no comparisons but those of the few times. */
        Counted byTime() {
            long[] distinct = Arrays.stream(times).distinct().sorted().toArray();
            int[] next = new int[distinct.length + 1];
            int[] moments = new int[times.length];
            for (int i = 0; i < times.length; i++) {
                moments[i] = Arrays.binarySearch(distinct, times[i]);
                next[moments[i] + 1]++;
            }
            Arrays.parallelPrefix(next, Integer::sum);
            Counted sorted = new Counted(new long[times.length], new int[times.length], new Counts[times.length]);
            for (int i = 0; i < times.length; i++) {
                int to = next[moments[i]]++;
                sorted.times[to] = times[i];
                sorted.ranks[to] = ranks[i];
                sorted.counts[to] = counts[i];
            }
            return sorted;
        }
    }

    /**
     * The dimensions of a cube. Of several keys, which {@link StorableText} can make equal, too, it may make one.
     *
     * @param rankOf for each of the keys the rank of what the cube leaves of it
     * @param dimensions by that rank, as they travel in a binary COPY
     */
    private record Projection(int[] rankOf, byte[][] dimensions) {
        static Projection of(List<StatisticsKey> keys, StatisticsCube cube, Numbers numbers) {
            List<StatisticsKey> projected = keys.stream().map(cube::of).toList();
            List<StatisticsKey> distinct = projected.stream().distinct().toList();
            Map<StatisticsKey, Long> numberOf = cube.isNumbered() ? numbers.of(distinct) : Map.of();
            List<StatisticsKey> sorted = sorted(
                    distinct, cube.isNumbered() ? Comparator.comparing(numberOf::get) : Comparator.naturalOrder());
            Map<StatisticsKey, Integer> ranks = new HashMap<>();
            byte[][] dimensions = new byte[sorted.size()][];
            for (int rank = 0; rank < dimensions.length; rank++) {
                StatisticsKey key = sorted.get(rank);
                ranks.put(key, rank);
                dimensions[rank] =
                        cube.isNumbered() ? BinaryCopy.encode(numberOf.get(key)) : BinaryCopy.encode(cube.texts(key));
            }
            return new Projection(projected.stream().mapToInt(ranks::get).toArray(), dimensions);
        }
    }

    /** The order in which everybody writes. */
    private static List<StatisticsKey> sorted(List<StatisticsKey> keys, Comparator<StatisticsKey> order) {
        return keys.stream().sorted(order).toList();
    }

    private static Table rolledUp(Table finer, long stepMs) {
        int[] same = IntStream.range(0, finer.dimensions.length).toArray();
        return rolledUp(
                new Counted(finer.times, finer.ranks, finer.counts), stepMs, new Projection(same, finer.dimensions));
    }

    /** @param finer sorted by time */
    private static Table rolledUp(Counted finer, long stepMs, Projection projection) {
        int size = finer.times.length;
        int distinct = projection.dimensions.length;
        long[] times = new long[size];
        int[] ranks = new int[size];
        Counts[] counts = new Counts[size];
        int added = 0;
        Counts[] sums = new Counts[distinct];
        BitSet touched = new BitSet(distinct);
        int i = 0;
        while (i < size) {
            long time = Math.floorDiv(finer.times[i], stepMs) * stepMs;
            for (; i < size && finer.times[i] < time + stepMs; i++) {
                int rank = projection.rankOf[finer.ranks[i]];
                if (sums[rank] == null) {
                    sums[rank] = new Counts();
                    touched.set(rank);
                }
                sums[rank].add(finer.counts[i]);
            }
            for (int rank = touched.nextSetBit(0); rank >= 0; rank = touched.nextSetBit(rank + 1)) {
                times[added] = time;
                ranks[added] = rank;
                counts[added++] = sums[rank];
                sums[rank] = null;
            }
            touched.clear();
        }
        return new Table(
                Arrays.copyOf(times, added),
                Arrays.copyOf(ranks, added),
                Arrays.copyOf(counts, added),
                projection.dimensions);
    }
}
