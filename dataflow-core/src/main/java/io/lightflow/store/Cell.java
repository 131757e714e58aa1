package io.lightflow.store;

/**
 * A stored cell. The arrays must not be modified.
 *
 * @param key key within the row
 * @param value value, may be empty
 */
public record Cell(byte[] key, byte[] value) {}
