package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;

/**
 * A version of a subject, with the field names of the API.
 *
 * @param deleted true if deleted, otherwise null
 */
@JsonInclude(Include.NON_EMPTY)
record SubjectVersion(String subject, int id, int version, String schema, List<Reference> references, Boolean deleted) {
    SubjectVersion {
        references = List.copyOf(references);
    }
}
