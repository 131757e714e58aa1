package io.lightflow.registry.server;

import org.apache.avro.Schema;

/** Translates the indices of a location in a schema to names. */
final class SchemaPath {
    private SchemaPath() {}

    /**
     * @param location in Avro's notation: {@code /fields/2/type/0}
     * @return with names: {@code ads.Click.place, branch string of the union}; as far as it can be resolved
     */
    static String named(Schema root, String location) {
        StringBuilder path = new StringBuilder(root.getFullName());
        Schema at = root;
        String[] steps = location.split("/", -1);
        for (int i = 1; i < steps.length && at != null; i++) {
            switch (steps[i]) {
                case "fields" -> {
                    Schema.Field field = i + 1 < steps.length ? field(at, steps[++i]) : null;
                    at = field == null ? null : field.schema();
                    path.append(field == null ? "" : "." + field.name());
                }
                case "items" -> {
                    at = at.getType() == Schema.Type.ARRAY ? at.getElementType() : null;
                    path.append("[]");
                }
                case "values" -> {
                    at = at.getType() == Schema.Type.MAP ? at.getValueType() : null;
                    path.append("{}");
                }
                default -> at = stepInto(at, steps[i], path);
            }
        }
        return path.toString();
    }

    private static Schema.Field field(Schema record, String number) {
        int index = index(number);
        return record.getType() == Schema.Type.RECORD
                        && index >= 0
                        && index < record.getFields().size()
                ? record.getFields().get(index)
                : null;
    }

    /** Steps into a branch of a union; any other step, such as "type" or "name", stays at the same schema. */
    private static Schema stepInto(Schema at, String step, StringBuilder path) {
        int index = index(step);
        if (at.getType() != Schema.Type.UNION
                || index < 0
                || index >= at.getTypes().size()) {
            return at;
        }
        Schema branch = at.getTypes().get(index);
        path.append(", branch ").append(branch.getFullName()).append(" of the union");
        return branch;
    }

    private static int index(String text) {
        return text.matches("\\d{1,9}") ? Integer.parseInt(text) : -1;
    }
}
