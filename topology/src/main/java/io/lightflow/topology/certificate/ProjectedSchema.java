package io.lightflow.topology.certificate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * Reader schemas that have only the requested fields of a record: Avro's reader skips the others. Certificates do not
 * use the reader of the topologies, so that they can find its errors.
 */
final class ProjectedSchema {
    private ProjectedSchema() {}

    /**
     * @param paths names of fields; a field of a nested record is requested as {@code record.field}
     * @throws IllegalArgumentException if a field is missing
     */
    static Schema of(Schema record, String... paths) {
        return of(record, List.of(paths));
    }

    private static Schema of(Schema record, List<String> paths) {
        for (String path : paths) {
            String field = path.split("\\.", 2)[0];
            if (record.getType() != Schema.Type.RECORD || record.getField(field) == null) {
                throw new IllegalArgumentException(
                        "expected field " + field + " in " + record.getFullName() + ", found none");
            }
        }
        List<Schema.Field> kept = new ArrayList<>();
        for (Schema.Field field : record.getFields()) {
            List<String> nested = nested(field.name(), paths).toList();
            if (paths.contains(field.name()) || !nested.isEmpty()) {
                Schema type = nested.isEmpty() ? field.schema() : of(field.schema(), nested);
                kept.add(new Schema.Field(field.name(), type, null, field.defaultVal()));
            }
        }
        return Schema.createRecord(record.getName(), null, record.getNamespace(), false, kept);
    }

    private static Stream<String> nested(String field, List<String> paths) {
        String prefix = field + ".";
        return paths.stream().filter(path -> path.startsWith(prefix)).map(path -> path.substring(prefix.length()));
    }
}
