package io.lightflow.statistics;

import java.util.Arrays;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The key of a statistics row: its time, and a value for each {@link Dimension}. All values are those of the
 * impression, also for its clicks and conversions, so that rates are of the same traffic. A table of statistics leaves
 * some dimensions out: they are empty in its rows.
 */
public final class StatisticsKey implements Comparable<StatisticsKey> {
    private static final int DIMENSIONS = Dimension.all().size();
    private static final String[] EMPTY = new String[DIMENSIONS];

    static {
        Arrays.fill(EMPTY, "");
    }

    private final long time;
    /** By the dimension's ordinal; shared by keys, never changed. */
    private final String[] values;

    private final int valuesHash;

    private StatisticsKey(long time, String[] values, int valuesHash) {
        this.time = time;
        this.values = values;
        this.valuesHash = valuesHash;
    }

    /**
     * @param time start of the minute, hour or day, ms since the Unix epoch, UTC
     * @param values by the dimension's ordinal, never null; the key keeps the array, so the caller must not change it
     */
    public static StatisticsKey ofOrdinals(long time, String[] values) {
        if (values.length != DIMENSIONS) {
            throw new IllegalArgumentException("expected " + DIMENSIONS + " values, found " + values.length);
        }
        int hash = 1;
        for (String value : values) {
            hash = 31 * hash + value.hashCode();
        }
        return new StatisticsKey(time, values, hash);
    }

    /**
     * A key whose values are all empty.
     *
     * @param time start of the minute, hour or day, ms since the Unix epoch, UTC
     */
    public static StatisticsKey of(long time) {
        return ofOrdinals(time, EMPTY);
    }

    /** Start of the minute, hour or day, ms since the Unix epoch, UTC. */
    public long time() {
        return time;
    }

    /** Never null; empty if the row has no value of it. */
    public String get(Dimension dimension) {
        return values[dimension.ordinal()];
    }

    /** The key of the same values at another time, such as that of a coarser row. */
    public StatisticsKey at(long otherTime) {
        return new StatisticsKey(otherTime, values, valuesHash);
    }

    /** The same key with another value of a dimension. */
    public StatisticsKey with(Dimension dimension, String value) {
        String[] changed = values.clone();
        changed[dimension.ordinal()] = value;
        return ofOrdinals(time, changed);
    }

    /** The same key with no other dimensions than these. */
    public StatisticsKey only(Set<Dimension> dimensions) {
        String[] kept = EMPTY.clone();
        for (Dimension dimension : dimensions) {
            kept[dimension.ordinal()] = get(dimension);
        }
        return ofOrdinals(time, kept);
    }

    /** The same key with each value replaced by what a function makes of it. */
    public StatisticsKey map(UnaryOperator<String> function) {
        String[] mapped = new String[DIMENSIONS];
        Arrays.setAll(mapped, ordinal -> function.apply(values[ordinal]));
        return ofOrdinals(time, mapped);
    }

    /** By time, then by the dimensions in their order. */
    @Override
    public int compareTo(StatisticsKey other) {
        int byTime = Long.compare(time, other.time);
        return byTime != 0 ? byTime : Arrays.compare(values, other.values);
    }

    /** Every counted event finds its row by this. */
    @Override
    public boolean equals(Object other) {
        return other instanceof StatisticsKey key
                && time == key.time
                && valuesHash == key.valuesHash
                && (values == key.values || Arrays.equals(values, key.values));
    }

    @Override
    public int hashCode() {
        return 31 * valuesHash + Long.hashCode(time);
    }

    /** Such as {@code 1767225600000 campaign=c creative=r}; empty values are left out. */
    @Override
    public String toString() {
        StringBuilder string = new StringBuilder().append(time);
        for (Dimension dimension : Dimension.all()) {
            if (!get(dimension).isEmpty()) {
                string.append(' ').append(dimension.column()).append('=').append(get(dimension));
            }
        }
        return string.toString();
    }
}
