package io.lightflow.registry.server;

import java.util.List;

/**
 * A schema as it is kept.
 *
 * @param schema as it was first written
 * @param resolved with the types of its references written out; the same as {@code schema} if it has none
 */
record StoredSchema(int id, String schema, String resolved, List<Reference> references) {
    StoredSchema {
        references = List.copyOf(references);
    }
}
