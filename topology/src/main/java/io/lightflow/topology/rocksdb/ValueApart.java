package io.lightflow.topology.rocksdb;

/**
 * A value that stands apart from its row.
 *
 * @param generation where it is
 * @param place where it is there, see {@link ValuePage}
 */
record ValueApart(Generation generation, byte[] place) {}
