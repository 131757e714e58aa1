package io.lightflow.topology.postgres;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsCube;
import io.lightflow.database.StatisticsTable;
import io.lightflow.statistics.Counts;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a commit writes into the tables, in the order in which everybody writes: by time, then by the numbers that stand
 * for dimensions.
 *
 * <p>They are projected, sorted and rolled up as small numbers: a third of the cost of sorting keys and hashing them
 * again for hours and days.
 */
final class StatisticsRows {

    /**
     * Rows of one table, sorted.
     *
     * @param times ms since the Unix epoch
     * @param ranks places of the rows' numbers in {@code numbersOf}
     * @param numbersOf by rank, the numbers that stand for a row's dimensions, one for each of its cube's key tables
     */
    record Table(long[] times, int[] ranks, Counts[] counts, int[][] numbersOf) {
        int size() {
            return times.length;
        }

        int[] numbers(int row) {
            return numbersOf[ranks[row]];
        }

        /** The numbers of a row in one. Rows of the same time are in the order of these. */
        long packedNumbers(int row) {
            return packed(numbers(row));
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

    /** @param rows with all dimensions */
    StatisticsRows(NumberedRows rows) {
        Counted counted = new Counted(rows.times(), rows.combinations(), rows.counts()).byTime();
        Map<StatisticsCube, Table> finer = new EnumMap<>(StatisticsCube.class);
        for (StatisticsTable table : StatisticsTable.values()) {
            Table rolledUp = finer.containsKey(table.cube())
                    ? rolledUp(finer.get(table.cube()), table.stepMs())
                    : rolledUp(counted, table.stepMs(), RankProjection.of(rows.numbersOf(), table.cube()));
            tables.put(table, rolledUp);
            finer.put(table.cube(), rolledUp);
        }
    }

    Table of(StatisticsTable table) {
        return tables.get(table);
    }

    /** Whether a sum of money is beyond 64 bits in any row. */
    boolean hasCarry() {
        return tables.values().stream()
                .flatMap(table -> Arrays.stream(table.counts))
                .anyMatch(Counts::hasCarry);
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
     * The numbers of a cube's rows. Of several keys it may make one, and so may {@link StorableString}.
     *
     * @param rankOf for each combination of dimensions the rank of its numbers
     * @param numbers by that rank
     */
    private record RankProjection(int[] rankOf, int[][] numbers) {
        /** @param numbersOf for each combination of dimensions its numbers, by the key table's ordinal */
        static RankProjection of(int[][] numbersOf, StatisticsCube cube) {
            long[] packed = new long[numbersOf.length];
            for (KeyTable table : cube.keyTables()) {
                Arrays.setAll(packed, i -> packed[i] << Integer.SIZE | numbersOf[i][table.ordinal()]);
            }
            List<Long> distinct =
                    sorted(Arrays.stream(packed).distinct().boxed().toList());
            Map<Long, Integer> ranks = new HashMap<>();
            distinct.forEach(numbers -> ranks.put(numbers, ranks.size()));
            int columns = cube.keyTables().size();
            return new RankProjection(
                    Arrays.stream(packed).mapToInt(ranks::get).toArray(),
                    distinct.stream().map(numbers -> unpacked(numbers, columns)).toArray(int[][]::new));
        }
    }

    /** In the order in which everybody writes. */
    private static List<Long> sorted(List<Long> rows) {
        return rows.stream().sorted().toList();
    }

    private static long packed(int[] numbers) {
        long packed = 0;
        for (int number : numbers) {
            packed = packed << Integer.SIZE | number;
        }
        return packed;
    }

    /** Up to two numbers, of which the first is in the upper half. */
    private static int[] unpacked(long packed, int columns) {
        return columns == 1 ? new int[] {(int) packed} : new int[] {(int) (packed >>> Integer.SIZE), (int) packed};
    }

    private static Table rolledUp(Table finer, long stepMs) {
        int[] same = IntStream.range(0, finer.numbersOf.length).toArray();
        return rolledUp(
                new Counted(finer.times, finer.ranks, finer.counts), stepMs, new RankProjection(same, finer.numbersOf));
    }

    /** @param finer sorted by time */
    private static Table rolledUp(Counted finer, long stepMs, RankProjection projection) {
        int size = finer.times.length;
        int distinct = projection.numbers.length;
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
                projection.numbers);
    }
}
