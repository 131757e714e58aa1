package io.lightflow.topology.postgres;

import io.lightflow.database.KeyTable;
import io.lightflow.database.StatisticsCube;
import io.lightflow.database.StatisticsTable;
import io.lightflow.database.StorableString;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What a commit writes into the tables, in the order in which everybody writes: by time, then by the numbers that stand
 * for dimensions.
 *
 * <p>The same dimensions (all of the key but its time) come in many minutes. So they are looked up once for each row
 * that was counted, and projected, sorted and rolled up as small numbers: a third of the cost of sorting keys and
 * hashing them again for hours and days.
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
        Map<KeyTable, int[]> numberOf = new EnumMap<>(KeyTable.class);
        for (KeyTable table : KeyTable.values()) {
            List<List<String>> combinations = keys.stream().map(table::values).toList();
            Map<List<String>, Integer> given = numbers.of(table, combinations);
            numberOf.put(table, combinations.stream().mapToInt(given::get).toArray());
        }
        Map<StatisticsCube, Table> finer = new EnumMap<>(StatisticsCube.class);
        for (StatisticsTable table : StatisticsTable.values()) {
            Table rows = finer.containsKey(table.cube())
                    ? rolledUp(finer.get(table.cube()), table.stepMs())
                    : rolledUp(counted, table.stepMs(), RankProjection.of(keys.size(), table.cube(), numberOf));
            tables.put(table, rows);
            finer.put(table.cube(), rows);
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

    /** Gives numbers to combinations: the same for ever and for everybody, since rows are in their order. */
    interface Numbers {
        /**
         * The numbers of at least these; until it is called again for this table.
         *
         * @param combinations each as {@link KeyTable#values} has them
         */
        Map<List<String>, Integer> of(KeyTable table, Collection<List<String>> combinations);
    }

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
                keys.add(StorableString.key(dimensions));
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
     * The numbers of a cube's rows. Of several keys it may make one, and so may {@link StorableString}.
     *
     * @param rankOf for each of the keys the rank of its numbers
     * @param numbers by that rank
     */
    private record RankProjection(int[] rankOf, int[][] numbers) {
        /** @param numberOf for each of the keys its number in a table */
        static RankProjection of(int keys, StatisticsCube cube, Map<KeyTable, int[]> numberOf) {
            long[] packed = new long[keys];
            for (KeyTable table : cube.keyTables()) {
                int[] numbers = numberOf.get(table);
                Arrays.setAll(packed, key -> packed[key] << Integer.SIZE | numbers[key]);
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
