package io.lightflow.invariant;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;

/** Schemas of other builds: those of this one with fields added, removed or moved. */
public final class EvolvedSchemas {
    private EvolvedSchemas() {}

    /** Adds fields with defaults in front and at the end. */
    public static Schema withMoreFields(Schema schema) {
        List<Schema.Field> fields = new ArrayList<>();
        fields.add(new Schema.Field("addedInFront", Schema.create(Schema.Type.DOUBLE), null, 0.5));
        fields.addAll(copies(schema, Set.of()));
        fields.add(new Schema.Field(
                "addedAtTheEnd", Schema.createArray(Schema.create(Schema.Type.STRING)), null, List.of("none")));
        return record(schema, fields);
    }

    /** Removes all fields that have a default. */
    public static Schema withRequiredFieldsOnly(Schema schema) {
        List<Schema.Field> fields = copies(schema, Set.of());
        fields.removeIf(Schema.Field::hasDefaultValue);
        return record(schema, fields);
    }

    /** Reverses the order of the fields. */
    public static Schema withReversedFields(Schema schema) {
        List<Schema.Field> fields = new ArrayList<>();
        copies(schema, Set.of()).forEach(field -> fields.add(0, field));
        return record(schema, fields);
    }

    /** Renames a field. Its former name is its alias. */
    public static Schema withRenamedField(Schema schema, String from, String to) {
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            Schema.Field copy = field.name().equals(from)
                    ? new Schema.Field(to, field.schema(), field.doc(), field.defaultVal())
                    : new Schema.Field(field, field.schema());
            if (field.name().equals(from)) {
                copy.addAlias(from);
            }
            fields.add(copy);
        }
        return record(schema, fields);
    }

    /** Removes fields. */
    public static Schema without(Schema schema, Set<String> names) {
        return record(schema, copies(schema, names));
    }

    private static List<Schema.Field> copies(Schema schema, Set<String> omitted) {
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            if (!omitted.contains(field.name())) {
                fields.add(new Schema.Field(field, field.schema()));
            }
        }
        return fields;
    }

    private static Schema record(Schema schema, List<Schema.Field> fields) {
        return Schema.createRecord(schema.getName(), schema.getDoc(), schema.getNamespace(), false, fields);
    }
}
