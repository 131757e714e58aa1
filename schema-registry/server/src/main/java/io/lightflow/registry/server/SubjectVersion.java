package io.lightflow.registry.server;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;

/**
 * A version of a subject, with the field names of the API.
 *
 * @param subject null where the API omits it
 * @param ts when the version was registered, in milliseconds since 1970
 * @param deleted true if deleted, otherwise null
 */
@JsonInclude(Include.NON_EMPTY)
record SubjectVersion(
        String subject,
        int id,
        int version,
        String guid,
        String schema,
        List<Reference> references,
        Metadata metadata,
        RuleSet ruleSet,
        long ts,
        Boolean deleted) {
    SubjectVersion {
        references = List.copyOf(references);
    }

    DataContract contract() {
        return new DataContract(metadata, ruleSet);
    }

    @JsonIgnore
    boolean isDeleted() {
        return deleted != null;
    }

    /** The references, each with the context of its subject. */
    List<Reference> qualifiedReferences() {
        String context = Contexts.prefixOf(subject);
        return references.stream()
                .map(reference -> reference.resolvedIn(context))
                .toList();
    }

    SubjectVersion withSchema(String other, List<Reference> otherReferences) {
        return new SubjectVersion(subject, id, version, guid, other, otherReferences, metadata, ruleSet, ts, deleted);
    }

    SubjectVersion withoutSubject() {
        return new SubjectVersion(null, id, version, guid, schema, references, metadata, ruleSet, ts, deleted);
    }
}
