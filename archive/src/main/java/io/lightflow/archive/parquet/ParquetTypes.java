package io.lightflow.archive.parquet;

import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

/** Derives a file's schema from a table's schema. Columns carry the ids of the table's fields. */
final class ParquetTypes {
    private ParquetTypes() {}

    static MessageType of(String name, Schema schema) {
        return new MessageType(name, fields(schema.columns()));
    }

    private static List<Type> fields(List<NestedField> fields) {
        List<Type> types = new ArrayList<>(fields.size());
        fields.forEach(field -> types.add(of(field)));
        return types;
    }

    private static Type of(NestedField field) {
        Repetition repetition = field.isOptional() ? Repetition.OPTIONAL : Repetition.REQUIRED;
        String name = field.name();
        int id = field.fieldId();
        return switch (field.type().typeId()) {
            case STRUCT ->
                Types.buildGroup(repetition)
                        .addFields(fields(field.type().asStructType().fields()).toArray(Type[]::new))
                        .id(id)
                        .named(name);
            case STRING ->
                Types.primitive(PrimitiveTypeName.BINARY, repetition)
                        .as(LogicalTypeAnnotation.stringType())
                        .id(id)
                        .named(name);
            case BINARY ->
                Types.primitive(PrimitiveTypeName.BINARY, repetition).id(id).named(name);
            case INTEGER ->
                Types.primitive(PrimitiveTypeName.INT32, repetition).id(id).named(name);
            case LONG ->
                Types.primitive(PrimitiveTypeName.INT64, repetition).id(id).named(name);
            case FLOAT ->
                Types.primitive(PrimitiveTypeName.FLOAT, repetition).id(id).named(name);
            case DOUBLE ->
                Types.primitive(PrimitiveTypeName.DOUBLE, repetition).id(id).named(name);
            case BOOLEAN ->
                Types.primitive(PrimitiveTypeName.BOOLEAN, repetition).id(id).named(name);
            case TIMESTAMP ->
                Types.primitive(PrimitiveTypeName.INT64, repetition)
                        .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS))
                        .id(id)
                        .named(name);
            default -> throw new IllegalArgumentException("tables of the archive have no columns such as " + field);
        };
    }
}
