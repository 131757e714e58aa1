package io.lightflow.registry.server;

import java.util.List;

/**
 * A schema as stored.
 *
 * @param schema as first written
 * @param resolved with the types of its references inlined; equal to {@code schema} without references
 */
record StoredSchema(int id, String schema, String resolved, List<Reference> references) {
    StoredSchema {
        references = List.copyOf(references);
    }
}
