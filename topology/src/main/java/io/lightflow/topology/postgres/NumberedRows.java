package io.lightflow.topology.postgres;

import io.lightflow.database.KeyTable;
import io.lightflow.statistics.Counts;
import io.lightflow.statistics.DimensionValues;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The minute rows of a commit with all their dimensions, in no order. The same dimensions come in many minutes, so
 * their numbers are looked up once.
 *
 * @param times ms since the Unix epoch
 * @param combinations of the rows' dimensions in {@code numbersOf}
 * @param numbersOf the numbers of each combination of dimensions, by {@link KeyTable}'s ordinal
 */
record NumberedRows(long[] times, int[] combinations, Counts[] counts, int[][] numbersOf) {

    /** 2^23 of them fit into 64 bits. */
    private static final long MAX_SMALL_MICROS = 1L << 40;

    /** Gives numbers to dimensions: the same for ever and for everybody, since rows are in their order. */
    interface Numbers {
        /** For each of the dimensions its numbers, by {@link KeyTable}'s ordinal. */
        int[][] of(List<DimensionValues> dimensions);
    }

    static NumberedRows of(Statistics statistics, Numbers numbers) {
        int size = statistics.size();
        long[] times = new long[size];
        int[] combinations = new int[size];
        Counts[] counts = new Counts[size];
        Map<DimensionValues, Integer> seen = new HashMap<>();
        List<DimensionValues> distinct = new ArrayList<>();
        int row = 0;
        for (Map.Entry<StatisticsKey, Counts> minute : statistics.minutes().entrySet()) {
            DimensionValues dimensions = minute.getKey().dimensions();
            Integer combination = seen.get(dimensions);
            if (combination == null) {
                combination = distinct.size();
                seen.put(dimensions, combination);
                distinct.add(dimensions);
            }
            times[row] = minute.getKey().time();
            combinations[row] = combination;
            counts[row++] = minute.getValue();
        }
        return new NumberedRows(times, combinations, counts, numbers.of(distinct));
    }

    /** The times of the rows, each once; sorted. */
    long[] distinctTimes() {
        return Arrays.stream(times).sorted().distinct().toArray();
    }

    /** Whether the money of every row is so small that millions of them can be added up. */
    boolean hasSmallMoney() {
        for (Counts row : counts) {
            if (row.hasCarry() || Math.max(Math.abs(row.spendMicros), Math.abs(row.revenueMicros)) > MAX_SMALL_MICROS) {
                return false;
            }
        }
        return true;
    }

    int size() {
        return times.length;
    }

    /** The numbers of a row, by {@link KeyTable}'s ordinal. */
    int[] numbers(int row) {
        return numbersOf[combinations[row]];
    }
}
