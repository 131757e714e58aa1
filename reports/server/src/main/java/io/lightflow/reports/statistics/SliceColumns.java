package io.lightflow.reports.statistics;

import io.lightflow.reports.statistics.KeyCache.Values;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;

/** The rows of a {@link TimeSlice}, by column. Thread-safe once it is trimmed. */
final class SliceColumns {
    private static final int MEASURES = Measure.values().length;
    static final int MAX_ROW_BYTES = 2 * Integer.BYTES + MEASURES * Long.BYTES;

    /** For rows of ads as a whole, see {@link #addTo}. */
    static final boolean[] ANY = {true};

    private int size;

    /** Indexes into the {@link Values} of the ads. */
    private int[] ads = new int[64];

    /** Indexes into those of what rows have besides; 0 for nothing. */
    private int[] others = new int[64];

    /** By measure; null where all are 0. */
    private final long[][] amounts = new long[MEASURES][];

    int size() {
        return size;
    }

    /** Adds a row. The measures begin at a column of it, in their order. */
    void add(int ad, int other, ResultSet row, int firstColumn) throws SQLException {
        if (size == ads.length) {
            setCapacity(2 * size);
        }
        ads[size] = ad;
        others[size] = other;
        for (int measure = 0; measure < MEASURES; measure++) {
            long amount = row.getLong(firstColumn + measure);
            if (amount != 0) {
                if (amounts[measure] == null) {
                    amounts[measure] = new long[ads.length];
                }
                amounts[measure][size] = amount;
            }
        }
        size++;
    }

    /** The sum of two numbers that are not negative; the greatest number if it exceeds 64 bits. */
    static long saturatedSum(long one, long other) {
        long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /** Frees what rows would take that have not come. */
    void trim() {
        setCapacity(size);
    }

    private void setCapacity(int rows) {
        ads = Arrays.copyOf(ads, rows);
        others = Arrays.copyOf(others, rows);
        for (int measure = 0; measure < MEASURES; measure++) {
            amounts[measure] = amounts[measure] == null ? null : Arrays.copyOf(amounts[measure], rows);
        }
    }

    /**
     * Adds a measure of all rows to sums by ad. A sum that exceeds 64 bits stays at the greatest number.
     *
     * @param isOther for each index of the other dimensions whether its rows are to be added
     */
    void addTo(long[] sums, Measure measure, boolean[] isOther) {
        long[] of = amounts[measure.ordinal()];
        for (int i = 0; of != null && i < size; i++) {
            if (isOther[others[i]]) {
                sums[ads[i]] = saturatedSum(sums[ads[i]], of[i]);
            }
        }
    }
}
