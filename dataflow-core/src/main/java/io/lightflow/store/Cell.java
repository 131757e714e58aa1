package io.lightflow.store;

/**
 * A cell as it is stored. The arrays must not be changed.
 *
 * @param key key within the row
 * @param value value, may be empty
 */
public record Cell(byte[] key, byte[] value) {}
