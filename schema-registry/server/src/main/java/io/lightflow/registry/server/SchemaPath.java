package io.lightflow.registry.server;

import org.apache.avro.Schema;

/** Puts names in place of the numbers of a place in a schema. */
final class SchemaPath {
    private SchemaPath() {}

    /**
     * @param location as Avro tells it: {@code /fields/2/type/0}
     * @return as people say it: {@code ads.Click.place, branch string of the union}; as far as it can be followed
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

    /** A branch of a union; anything else, such as "type" or "name", stays where it is. */
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
