package io.lightflow.store;

import java.util.Objects;

/**
 * The cells of a row whose keys begin with a prefix.
 *
 * @param row key of the row
 * @param prefix common prefix of the cells' keys; empty for the whole row
 */
public record RowRange(byte[] row, byte[] prefix) {
    private static final byte[] NO_PREFIX = {};

    public RowRange {
        Objects.requireNonNull(row, "row");
        Objects.requireNonNull(prefix, "prefix");
    }

    public static RowRange wholeRow(byte[] row) {
        return new RowRange(row, NO_PREFIX);
    }
}
