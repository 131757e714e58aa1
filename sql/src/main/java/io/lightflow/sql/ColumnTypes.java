package io.lightflow.sql;

import java.util.stream.Collectors;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Types of DuckDB for types of Iceberg. */
final class ColumnTypes {
    private ColumnTypes() {}

    static String of(Type type) {
        return switch (type.typeId()) {
            case BOOLEAN -> "BOOLEAN";
            case INTEGER -> "INTEGER";
            case LONG -> "BIGINT";
            case FLOAT -> "FLOAT";
            case DOUBLE -> "DOUBLE";
            case STRING -> "VARCHAR";
            case BINARY -> "BLOB";
            case TIMESTAMP -> ((Types.TimestampType) type).shouldAdjustToUTC() ? "TIMESTAMPTZ" : "TIMESTAMP";
            case STRUCT ->
                type.asStructType().fields().stream()
                        .map(field -> quoted(field.name()) + " " + of(field.type()))
                        .collect(Collectors.joining(", ", "STRUCT(", ")"));
            default -> throw new IllegalArgumentException("a column of the archive has no type " + type);
        };
    }

    /** A name as an identifier of SQL. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A text as a literal of SQL. */
    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
