package io.lightflow.store;

import java.util.Objects;

/**
 * A cell to be added. The arrays must not be modified.
 *
 * @param row key of its row
 * @param key key within the row; the same key is always written with the same value
 * @param value value, may be empty
 */
public record NewCell(byte[] row, byte[] key, byte[] value) {
    public NewCell {
        Objects.requireNonNull(row, "row");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
    }
}
