package io.lightflow.registry.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A schema that a client sends, with the field names of the API.
 *
 * @param id only for imports; null or below 1 for none
 * @param version the version that it should become; null or 0 for any, -1 for the latest or a new one
 * @param deleted only for imports
 * @param metadata null to take the previous version's
 * @param ruleSet null to take the previous version's
 * @param schemaTagsToAdd not supported; null or empty
 * @param schemaTagsToRemove not supported; null or empty
 */
record SchemaRequest(
        String schema,
        String schemaType,
        List<Reference> references,
        Integer id,
        Integer version,
        Boolean deleted,
        Metadata metadata,
        RuleSet ruleSet,
        JsonNode schemaTagsToAdd,
        JsonNode schemaTagsToRemove) {

    SchemaRequest {
        if (references != null && references.stream().anyMatch(Objects::isNull)) {
            throw ApiException.invalidBody("expected an object in references, found null");
        }
        references = references == null ? List.of() : List.copyOf(references);
        if (schemaType != null && !schemaType.isEmpty() && !schemaType.equals("AVRO")) {
            throw ApiException.schemaTypeNotSupported(schemaType);
        }
        if (hasElements(schemaTagsToAdd) || hasElements(schemaTagsToRemove)) {
            throw ApiException.tagChangesNotSupported();
        }
    }

    private static boolean hasElements(JsonNode tags) {
        return tags != null && !tags.isEmpty();
    }

    ParsedSchema parse(SchemaParser parser, SchemaParser.Options options) {
        return parser.parse(schema, references, contract(), options);
    }

    boolean hasSchema() {
        return schema != null && !schema.isBlank();
    }

    DataContract contract() {
        return new DataContract(metadata, ruleSet);
    }

    Optional<Integer> givenId() {
        return Optional.ofNullable(id).filter(number -> number > 0);
    }

    /** The version that it must become; empty if any will do. */
    Optional<Integer> givenVersion() {
        return Optional.ofNullable(version).filter(number -> number > 0);
    }

    /** Whether it should be the latest version, existing or new. */
    boolean wantsLatest() {
        return version != null && version == -1;
    }

    /** With what it omits taken from the previous version and the subject's settings. */
    SchemaRequest completed(Optional<SubjectVersion> previous, SubjectConfig config) {
        DataContract complete =
                contract().completed(previous.map(SubjectVersion::contract).orElse(DataContract.NONE), config);
        boolean own = hasSchema() || previous.isEmpty();
        return new SchemaRequest(
                own ? schema : previous.get().schema(),
                schemaType,
                own ? references : previous.get().references(),
                id,
                version,
                deleted,
                complete.metadata(),
                complete.ruleSet(),
                null,
                null);
    }

    SchemaRequest withContract(DataContract contract) {
        return new SchemaRequest(
                schema,
                schemaType,
                references,
                id,
                version,
                deleted,
                contract.metadata(),
                contract.ruleSet(),
                null,
                null);
    }
}
