package io.lightflow.topology.trace;

/**
 * A row of the archive.
 *
 * @param table its name, without the group
 * @param file location of its file
 * @param rowGroup number of its group in the file, from 0
 * @param row its number in the file, from 0
 */
public record ArchivePlace(String table, String file, int rowGroup, long row) {}
