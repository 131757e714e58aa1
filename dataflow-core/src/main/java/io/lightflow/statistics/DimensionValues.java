package io.lightflow.statistics;

import java.util.Arrays;

/**
 * A value for each {@link Dimension}. Every counted event finds its row by them, and many rows share them: decoders
 * return the same instance for equal values, so that a comparison is mostly one of identities. Immutable.
 */
public final class DimensionValues implements Comparable<DimensionValues> {
    private static final int DIMENSIONS = Dimension.all().size();

    /** All values are empty. */
    static final DimensionValues EMPTY = new DimensionValues(empty());

    /** By the dimension's ordinal; never changed. */
    private final String[] values;

    private final int hash;

    private DimensionValues(String[] values) {
        this(values, hash(values));
    }

    private DimensionValues(String[] values, int hash) {
        this.values = values;
        this.hash = hash;
    }

    private static String[] empty() {
        String[] empty = new String[DIMENSIONS];
        Arrays.fill(empty, "");
        return empty;
    }

    private static int hash(String[] values) {
        int hash = 1;
        for (String value : values) {
            hash = 31 * hash + value.hashCode();
        }
        return hash;
    }

    /**
     * @param values by the dimension's ordinal, never null; kept, so the caller must not change the array
     * @throws IllegalArgumentException if the number of values is not the number of dimensions
     */
    public static DimensionValues ofOrdinals(String[] values) {
        if (values.length != DIMENSIONS) {
            throw new IllegalArgumentException("expected " + DIMENSIONS + " values, found " + values.length);
        }
        return new DimensionValues(values);
    }

    /** Never null; empty if there is no value. */
    public String get(Dimension dimension) {
        return values[dimension.ordinal()];
    }

    /** A copy, by the dimension's ordinal. */
    String[] toOrdinals() {
        return values.clone();
    }

    @Override
    public int compareTo(DimensionValues other) {
        return values == other.values ? 0 : Arrays.compare(values, other.values);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof DimensionValues that && hash == that.hash && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }

    /**
     * Returns the same instance for equal values. The cache has a fixed size: of two instances with the same slot, the
     * later one stays. Not thread-safe.
     */
    static final class Interner {
        private static final int SLOTS = 1 << 16;

        private final DimensionValues[] slots = new DimensionValues[SLOTS];

        /** @param values by the dimension's ordinal; the caller may change the array afterwards */
        DimensionValues of(String[] values) {
            int hash = hash(values);
            int slot = (hash ^ hash >>> 16) & SLOTS - 1;
            DimensionValues cached = slots[slot];
            if (cached != null && cached.hash == hash && Arrays.equals(cached.values, values)) {
                return cached;
            }
            slots[slot] = new DimensionValues(values.clone(), hash);
            return slots[slot];
        }
    }
}
