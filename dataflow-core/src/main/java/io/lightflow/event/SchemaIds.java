package io.lightflow.event;

import java.util.Map;
import org.apache.avro.Schema;

/** The registry's ids of the schemas that Lightflow writes, by the schemas' full names. Immutable. */
public final class SchemaIds {
    private final Map<String, Integer> idsByName;

    public SchemaIds(Map<String, Integer> idsByName) {
        this.idsByName = Map.copyOf(idsByName);
    }

    /** @throws IllegalArgumentException if there is no id for the schema */
    public int of(Schema schema) {
        Integer id = idsByName.get(schema.getFullName());
        if (id == null) {
            throw new IllegalArgumentException(
                    "no id is known for schema " + schema.getFullName() + "; known are " + idsByName.keySet());
        }
        return id;
    }
}
