package io.lightflow.statistics;

import java.util.Arrays;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The key of a statistics row: its time, and a value for each {@link Dimension}. All values are those of the
 * impression, also for its clicks and conversions, so that rates are of the same traffic. A table of statistics leaves
 * some dimensions out: they are empty in its rows.
 *
 * @param time start of the minute, hour or day, ms since the Unix epoch, UTC
 */
public record StatisticsKey(long time, DimensionValues dimensions) implements Comparable<StatisticsKey> {

    /**
     * @param time start of the minute, hour or day, ms since the Unix epoch, UTC
     * @param values by the dimension's ordinal, never null; the key keeps the array, so the caller must not change it
     */
    public static StatisticsKey ofOrdinals(long time, String[] values) {
        return new StatisticsKey(time, DimensionValues.ofOrdinals(values));
    }

    /**
     * A key whose values are all empty.
     *
     * @param time start of the minute, hour or day, ms since the Unix epoch, UTC
     */
    public static StatisticsKey of(long time) {
        return new StatisticsKey(time, DimensionValues.EMPTY);
    }

    /** Never null; empty if the row has no value of it. */
    public String get(Dimension dimension) {
        return dimensions.get(dimension);
    }

    /** The key of the same values at another time, such as that of a coarser row. */
    public StatisticsKey at(long otherTime) {
        return new StatisticsKey(otherTime, dimensions);
    }

    /** The same key with another value of a dimension. */
    public StatisticsKey with(Dimension dimension, String value) {
        String[] changed = dimensions.toOrdinals();
        changed[dimension.ordinal()] = value;
        return ofOrdinals(time, changed);
    }

    /** The same key with no other dimensions than these. */
    public StatisticsKey only(Set<Dimension> kept) {
        String[] values = DimensionValues.EMPTY.toOrdinals();
        for (Dimension dimension : kept) {
            values[dimension.ordinal()] = get(dimension);
        }
        return ofOrdinals(time, values);
    }

    /** The same key with each value replaced by what a function makes of it. */
    public StatisticsKey map(UnaryOperator<String> function) {
        String[] values = dimensions.toOrdinals();
        Arrays.setAll(values, ordinal -> function.apply(values[ordinal]));
        return ofOrdinals(time, values);
    }

    /** By time, then by the dimensions in their order. */
    @Override
    public int compareTo(StatisticsKey other) {
        int byTime = Long.compare(time, other.time);
        return byTime != 0 ? byTime : dimensions.compareTo(other.dimensions);
    }

    /** Every counted event finds its row by this. */
    @Override
    public boolean equals(Object other) {
        return other instanceof StatisticsKey key && time == key.time && dimensions.equals(key.dimensions);
    }

    @Override
    public int hashCode() {
        return 31 * dimensions.hashCode() + Long.hashCode(time);
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
