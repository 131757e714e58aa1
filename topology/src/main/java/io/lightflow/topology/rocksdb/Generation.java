package io.lightflow.topology.rocksdb;

import org.rocksdb.ColumnFamilyHandle;

/**
 * Two column families that are begun and dropped together.
 *
 * @param begunMs when, ms since the Unix epoch
 * @param rows what rows have, by key of the row
 * @param values what stands apart from the rows of this generation, by number
 */
record Generation(long begunMs, ColumnFamilyHandle rows, ColumnFamilyHandle values) {}
