package io.lightflow.registry.client;

import java.util.Arrays;
import org.apache.avro.Schema;

/**
 * Caches schemas by id. Every record reads it, so reading takes no lock and allocates nothing. Adding copies
 * everything, but happens once for each schema. Entries never expire: schemas never change, and a registry has few.
 */
final class SchemaCache {
    private record Snapshot(int[] ids, Schema[] schemas) {}

    private volatile Snapshot snapshot = new Snapshot(new int[0], new Schema[0]);

    /** Returns the schema, or null. */
    Schema get(int id) {
        Snapshot current = snapshot;
        int index = Arrays.binarySearch(current.ids, id);
        return index < 0 ? null : current.schemas[index];
    }

    /** Adds a schema and returns the one that was added first for this id. */
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
