package io.lightflow.registry.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;

/**
 * A schema that a client sends, in the field names of the API.
 *
 * @param id only where a schema is put where it is elsewhere; null or below 1 for none
 * @param version likewise
 * @param deleted likewise
 */
record SchemaRequest(
        String schema,
        String schemaType,
        List<Reference> references,
        Integer id,
        Integer version,
        Boolean deleted,
        JsonNode metadata,
        JsonNode ruleSet) {

    SchemaRequest {
        references = references == null ? List.of() : List.copyOf(references);
    }

    static ParsedSchema parsed(Context context, SchemaParser parser) {
        return Answers.body(context, SchemaRequest.class).parse(context, parser);
    }

    ParsedSchema parse(Context context, SchemaParser parser) {
        if (schemaType != null && !schemaType.isEmpty() && !schemaType.equals("AVRO")) {
            throw ApiException.invalidSchema("Schema type " + schemaType + " is not supported, only AVRO is");
        }
        if (isSomething(metadata) || isSomething(ruleSet)) {
            throw ApiException.invalidSchema(
                    "\"metadata\" and \"ruleSet\" are not supported, and would have no effect: leave them out");
        }
        return parser.parse(
                schema,
                references,
                Answers.flag(context, "normalize") ? SchemaParser.Text.NORMALIZED : SchemaParser.Text.AS_WRITTEN);
    }

    private static boolean isSomething(JsonNode node) {
        return node != null && !node.isNull();
    }

    Optional<Integer> givenId() {
        return Optional.ofNullable(id).filter(number -> number > 0);
    }

    Optional<Integer> givenVersion() {
        return Optional.ofNullable(version).filter(number -> number > 0);
    }
}
