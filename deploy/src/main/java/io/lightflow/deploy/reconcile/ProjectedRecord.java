package io.lightflow.deploy.reconcile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/** The fields of an event that are needed, and where they are in a record that has no others. */
final class ProjectedRecord {
    private final Schema schema;
    /** By column, the positions of its field in the record and in the records within; null without a field. */
    private final int[][] positions;

    /** @throws IllegalArgumentException if the event has no such field */
    ProjectedRecord(Schema event, List<EventColumn> columns) {
        List<String> paths = new ArrayList<>();
        columns.forEach(column -> {
            if (column.path() != null) {
                paths.add(column.path());
            }
        });
        this.schema = project(event, paths);
        this.positions = columns.stream()
                .map(column -> column.path() == null ? null : positions(schema, column.path()))
                .toArray(int[][]::new);
    }

    /** The reader's schema. */
    Schema schema() {
        return schema;
    }

    /** The value of a column; null if it has none. */
    Object value(IndexedRecord record, int column) {
        int[] path = positions[column];
        if (path == null) {
            return null;
        }
        Object value = record;
        for (int i = 0; i < path.length && value != null; i++) {
            value = ((IndexedRecord) value).get(path[i]);
        }
        return value;
    }

    private static Schema project(Schema record, List<String> paths) {
        Map<String, List<String>> below = new LinkedHashMap<>();
        for (String path : paths) {
            int dot = path.indexOf('.');
            String first = dot < 0 ? path : path.substring(0, dot);
            if (record.getField(first) == null) {
                throw new IllegalArgumentException(record.getFullName() + " has no field " + first);
            }
            List<String> inner = below.computeIfAbsent(first, absent -> new ArrayList<>());
            if (dot >= 0) {
                inner.add(path.substring(dot + 1));
            }
        }
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : record.getFields()) {
            List<String> inner = below.get(field.name());
            if (inner != null) {
                Schema type = inner.isEmpty() ? field.schema() : projectType(field.schema(), inner);
                fields.add(new Schema.Field(field.name(), type, null, field.defaultVal()));
            }
        }
        return Schema.createRecord(record.getName(), null, record.getNamespace(), false, fields);
    }

    private static Schema projectType(Schema type, List<String> paths) {
        if (type.getType() != Schema.Type.UNION) {
            return project(type, paths);
        }
        return Schema.createUnion(type.getTypes().stream()
                .map(branch -> branch.getType() == Schema.Type.NULL ? branch : project(branch, paths))
                .toList());
    }

    private static int[] positions(Schema record, String path) {
        String[] names = path.split("\\.");
        int[] positions = new int[names.length];
        Schema at = record;
        for (int i = 0; i < names.length; i++) {
            Schema.Field field = at.getField(names[i]);
            positions[i] = field.pos();
            at = withoutNull(field.schema());
        }
        return positions;
    }

    private static Schema withoutNull(Schema schema) {
        if (schema.getType() != Schema.Type.UNION) {
            return schema;
        }
        return schema.getTypes().stream()
                .filter(branch -> branch.getType() != Schema.Type.NULL)
                .findFirst()
                .orElse(schema);
    }
}
