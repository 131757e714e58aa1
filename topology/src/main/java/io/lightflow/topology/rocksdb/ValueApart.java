package io.lightflow.topology.rocksdb;

/**
 * A value that stands apart from its row.
 *
 * @param generation where it is
 * @param number its key there
 */
record ValueApart(Generation generation, byte[] number) {}
