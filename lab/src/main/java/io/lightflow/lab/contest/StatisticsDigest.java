package io.lightflow.lab.contest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The minute rows, whatever their order: totals, number of rows, and the sum of the rows' fingerprints. Not
 * thread-safe.
 */
final class StatisticsDigest {
    static final int COUNTS = 5;

    private final long[] totals = new long[COUNTS];
    private long rows;
    private long sum;

    StatisticsDigest() {}

    /**
     * @param key fingerprint of minute and dimensions
     * @param counts impressions, clicks, conversions, spend and revenue in micros
     */
    void add(long key, long[] counts) {
        Fingerprint row = new Fingerprint().add(key);
        for (int i = 0; i < COUNTS; i++) {
            totals[i] += counts[i];
            row.add(counts[i]);
        }
        rows++;
        sum += row.value();
    }

    long[] totals() {
        return totals.clone();
    }

    long rows() {
        return rows;
    }

    /** Describes the differences from the expected digest; empty if there are none. */
    List<String> differences(StatisticsDigest expected) {
        List<String> differences = new ArrayList<>();
        if (!Arrays.equals(totals, expected.totals)) {
            differences.add("totals of the statistics (impressions, clicks, conversions, spend, revenue): expected "
                    + Arrays.toString(expected.totals) + ", found " + Arrays.toString(totals));
        }
        if (rows != expected.rows) {
            differences.add("minute rows: expected " + expected.rows + ", found " + rows);
        } else if (sum != expected.sum) {
            differences.add("minute rows: expected the counts of the answer in each row, found others");
        }
        return differences;
    }
}
