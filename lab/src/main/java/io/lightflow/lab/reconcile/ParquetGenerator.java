package io.lightflow.lab.reconcile;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/** Writes a Parquet file with all columns of a table, with DuckDB. */
final class ParquetGenerator {
    private final Connection duckDb;

    ParquetGenerator(Connection duckDb) {
        this.duckDb = duckDb;
    }

    /**
     * Writes a file.
     *
     * @param values expressions by the path of a column, over a number {@code n}; others are empty, 0 or false
     * @param from a table with the column {@code n}
     * @return the number of rows
     */
    long write(Schema schema, Map<String, String> values, String from, Path file) throws SQLException {
        List<String> columns = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (NestedField field : schema.columns()) {
            columns.add(expression(field, "", values) + " AS \"" + field.name() + '"');
            ids.add(id(field));
        }
        try (Statement statement = duckDb.createStatement()) {
            return statement.executeUpdate("COPY (SELECT " + String.join(", ", columns) + " FROM " + from + ") TO '"
                    + file + "' (FORMAT parquet, COMPRESSION zstd, FIELD_IDS {" + String.join(", ", ids) + "})");
        }
    }

    private static String expression(NestedField field, String path, Map<String, String> values) {
        String own = path + field.name();
        String value = values.get(own);
        if (value != null) {
            return value;
        }
        if (field.type().isStructType()) {
            List<String> fields = new ArrayList<>();
            for (NestedField inner : field.type().asStructType().fields()) {
                fields.add("'" + inner.name() + "': " + expression(inner, own + ".", values));
            }
            return "{" + String.join(", ", fields) + "}";
        }
        return nothing(field.type());
    }

    private static String nothing(Type type) {
        return switch (type.typeId()) {
            case STRING -> "CAST('' AS VARCHAR)";
            case LONG -> "CAST(0 AS BIGINT)";
            case INTEGER -> "CAST(0 AS INTEGER)";
            case BOOLEAN -> "false";
            case BINARY -> "CAST(NULL AS BLOB)";
            default -> throw new IllegalArgumentException("no value of " + type);
        };
    }

    private static String id(NestedField field) {
        if (!field.type().isStructType()) {
            return "\"" + field.name() + "\": " + field.fieldId();
        }
        List<String> ids = new ArrayList<>(List.of("__duckdb_field_id: " + field.fieldId()));
        field.type().asStructType().fields().forEach(inner -> ids.add(id(inner)));
        return "\"" + field.name() + "\": {" + String.join(", ", ids) + "}";
    }
}
