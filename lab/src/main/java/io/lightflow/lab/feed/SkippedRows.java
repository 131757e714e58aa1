package io.lightflow.lab.feed;

import java.util.List;

/**
 * The unreadable rows of the input.
 *
 * @param count all of them
 * @param named the first of them, at most {@value #MAX_NAMED}, in input order
 */
public record SkippedRows(long count, List<SkippedRow> named) {
    /**
     * The maximum number of rows to name; further rows are only counted, so that a wrong file cannot fill the memory.
     */
    public static final int MAX_NAMED = 1000;

    private static final SkippedRows NONE = new SkippedRows(0, List.of());

    public SkippedRows {
        named = List.copyOf(named);
        if (named.size() != Math.min(count, MAX_NAMED)) {
            throw new IllegalArgumentException("skipped rows: expected " + Math.min(count, MAX_NAMED) + " of " + count
                    + " to be named, found " + named.size());
        }
    }

    static SkippedRows none() {
        return NONE;
    }
}
