package io.lightflow.registry.server;

import java.util.List;

/**
 * A schema as stored.
 *
 * @param schema as first written
 * @param ts when it was stored, in milliseconds since 1970
 * @param deleted whether it has versions, and all of them are deleted
 * @param resolved with the types of its references inlined; equal to {@code schema} without references
 */
record StoredSchema(
        int id,
        String guid,
        String schema,
        String resolved,
        List<Reference> references,
        DataContract contract,
        long ts,
        boolean deleted) {
    StoredSchema {
        references = List.copyOf(references);
    }
}
