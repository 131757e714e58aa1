package io.lightflow.topology.certificate;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/** A schema with only some of its fields, to read by: Avro steps over the others. */
final class Projection {
    private Projection() {}

    /**
     * @param paths names of fields, those of records within the record as {@code record.field}
     * @throws IllegalArgumentException if a field is not there
     */
    static Schema of(Schema record, String... paths) {
        return of(record, List.of(paths));
    }

    private static Schema of(Schema record, List<String> paths) {
        List<Schema.Field> kept = new ArrayList<>();
        int found = 0;
        for (Schema.Field field : record.getFields()) {
            List<String> within = within(field.name(), paths);
            if (paths.contains(field.name()) || !within.isEmpty()) {
                Schema type = within.isEmpty() ? field.schema() : of(field.schema(), within);
                kept.add(new Schema.Field(field.name(), type, null, field.defaultVal()));
                found += Math.max(1, within.size());
            }
        }
        if (found != paths.size()) {
            throw new IllegalArgumentException(record.getFullName() + " does not have all of " + paths);
        }
        return Schema.createRecord(record.getName(), null, record.getNamespace(), false, kept);
    }

    private static List<String> within(String field, List<String> paths) {
        String beginning = field + ".";
        return paths.stream()
                .filter(path -> path.startsWith(beginning))
                .map(path -> path.substring(beginning.length()))
                .toList();
    }
}
