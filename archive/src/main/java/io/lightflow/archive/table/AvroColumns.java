package io.lightflow.archive.table;

import java.util.EnumSet;
import java.util.Set;
import org.apache.avro.Schema;

/** Which Avro types become columns. */
final class AvroColumns {
    private static final Set<Schema.Type> COLUMNS = EnumSet.of(
            Schema.Type.RECORD,
            Schema.Type.STRING,
            Schema.Type.ENUM,
            Schema.Type.LONG,
            Schema.Type.INT,
            Schema.Type.BOOLEAN,
            Schema.Type.FLOAT,
            Schema.Type.DOUBLE,
            Schema.Type.BYTES);

    private AvroColumns() {}

    /** The type beside null in a union of two; any other type as it is. */
    static Schema withoutNull(Schema schema) {
        if (schema.getType() == Schema.Type.UNION && schema.getTypes().size() == 2) {
            Schema first = schema.getTypes().get(0);
            Schema second = schema.getTypes().get(1);
            if (first.getType() == Schema.Type.NULL) {
                return second;
            }
            if (second.getType() == Schema.Type.NULL) {
                return first;
            }
        }
        return schema;
    }

    /** Whether a table has a column for values of this type. Lists, maps and wider unions have none. */
    static boolean isColumn(Schema schema) {
        return COLUMNS.contains(schema.getType());
    }
}
