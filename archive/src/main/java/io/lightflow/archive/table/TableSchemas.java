package io.lightflow.archive.table;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Derives a table's schema from its Avro schema. Every column of an event is optional: a record may not decode, and a
 * later schema may lack a field. Existing tables keep the ids of their fields; a new field gets the next id.
 */
public final class TableSchemas {
    private TableSchemas() {}

    public static org.apache.iceberg.Schema of(ArchiveTable table) {
        return of(table.event(), table.isLight());
    }

    static org.apache.iceberg.Schema of(Schema event, boolean isLight) {
        List<NestedField> fields = new ArrayList<>(RecordColumns.fields());
        Columns columns = new Columns();
        fields.addAll(columns.fields(event));
        if (isLight) {
            fields.addAll(RecordColumns.traceFields(columns.lastId));
        }
        return new org.apache.iceberg.Schema(fields);
    }

    /** By hour of event time. */
    public static PartitionSpec partitions(org.apache.iceberg.Schema schema) {
        return PartitionSpec.builderFor(schema).hour(RecordColumns.EVENT_TIME).build();
    }

    /** By join key, then by place in the topic. */
    public static SortOrder order(org.apache.iceberg.Schema schema) {
        return SortOrder.builderFor(schema)
                .asc(RecordColumns.KEY)
                .asc(RecordColumns.TOPIC)
                .asc(RecordColumns.OFFSET)
                .build();
    }

    /** Numbers the columns of an event. */
    private static final class Columns {
        private int lastId = RecordColumns.COUNT;

        List<NestedField> fields(Schema record) {
            List<NestedField> fields = new ArrayList<>();
            for (Schema.Field field : record.getFields()) {
                Schema schema = AvroColumns.withoutNull(field.schema());
                if (AvroColumns.isColumn(schema)) {
                    int id = ++lastId;
                    fields.add(NestedField.optional(id, field.name(), type(schema), field.doc()));
                }
            }
            return fields;
        }

        private Type type(Schema schema) {
            return switch (schema.getType()) {
                case RECORD -> Types.StructType.of(fields(schema));
                case STRING, ENUM -> Types.StringType.get();
                case LONG -> Types.LongType.get();
                case INT -> Types.IntegerType.get();
                case BOOLEAN -> Types.BooleanType.get();
                case FLOAT -> Types.FloatType.get();
                case DOUBLE -> Types.DoubleType.get();
                default -> Types.BinaryType.get();
            };
        }
    }
}
