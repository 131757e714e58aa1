package io.lightflow.event;

import java.util.Map;
import org.apache.avro.Schema;

/** The registry's ids of the schemas that Lightflow writes, by the full names of the schemas. Immutable. */
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
                    "expected an id for schema " + schema.getFullName() + ", found ids for " + idsByName.keySet());
        }
        return id;
    }
}
