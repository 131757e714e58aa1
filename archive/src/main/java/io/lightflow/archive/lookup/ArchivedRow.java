package io.lightflow.archive.lookup;

import io.lightflow.archive.table.ArchiveTable;
import java.util.Map;
import java.util.Objects;

/**
 * A row that was looked up.
 *
 * @param file location of its file
 * @param rowGroup number of its group in the file, from 0
 * @param row its number in the file, from 0
 * @param values by path of the column, such as {@code click.id}: a string, a number, a boolean or bytes; times are in
 *     micros since the Unix epoch, and null has no entry
 */
public record ArchivedRow(ArchiveTable table, String file, int rowGroup, long row, Map<String, Object> values) {
    public ArchivedRow {
        Objects.requireNonNull(table, "table");
        Objects.requireNonNull(file, "file");
        values = Map.copyOf(values);
    }
}
