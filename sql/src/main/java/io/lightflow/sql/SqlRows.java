package io.lightflow.sql;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A table whose rows are in a CSV file: without a header, an empty field is null, and an empty string is quoted.
 *
 * @param schema the schema of the table, which may exist
 * @param file is read when an engine opens, and not later
 */
public record SqlRows(String schema, String name, List<Column> columns, Path file) {

    /** @param type of DuckDB */
    public record Column(String name, String type) {}

    public SqlRows {
        Objects.requireNonNull(schema, "schema");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(file, "file");
        columns = List.copyOf(columns);
    }
}
