package io.lightflow.registry.client;

import java.util.Arrays;
import org.apache.avro.Schema;

/**
 * The schemas by id. Reading takes no lock and makes no garbage, since it happens for every record; adding copies the
 * whole, since that happens once for every schema. Never forgets: a schema never changes, and a registry holds few.
 */
final class KnownSchemas {
    private record Snapshot(int[] ids, Schema[] schemas) {}

    private volatile Snapshot snapshot = new Snapshot(new int[0], new Schema[0]);

    /** The schema, or null. */
    Schema get(int id) {
        Snapshot current = snapshot;
        int index = Arrays.binarySearch(current.ids, id);
        return index < 0 ? null : current.schemas[index];
    }

    /** Keeps the schema that came first. */
    synchronized Schema add(int id, Schema schema) {
        Snapshot current = snapshot;
        int index = Arrays.binarySearch(current.ids, id);
        if (index >= 0) {
            return current.schemas[index];
        }
        int insertion = -index - 1;
        int[] ids = Arrays.copyOf(current.ids, current.ids.length + 1);
        Schema[] schemas = Arrays.copyOf(current.schemas, ids.length);
        System.arraycopy(current.ids, insertion, ids, insertion + 1, current.ids.length - insertion);
        System.arraycopy(current.schemas, insertion, schemas, insertion + 1, current.ids.length - insertion);
        ids[insertion] = id;
        schemas[insertion] = schema;
        snapshot = new Snapshot(ids, schemas);
        return schema;
    }
}
