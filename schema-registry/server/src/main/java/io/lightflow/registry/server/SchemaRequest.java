package io.lightflow.registry.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;

/**
 * A schema that a client sends, with the field names of the API.
 *
 * @param id only for imports; null or below 1 for none
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
        return RegistryJson.body(context, SchemaRequest.class).parse(context, parser);
    }

    ParsedSchema parse(Context context, SchemaParser parser) {
        if (schemaType != null && !schemaType.isEmpty() && !schemaType.equals("AVRO")) {
            throw ApiException.invalidSchema("Schema type " + schemaType + " is not supported: expected AVRO");
        }
        if (isPresent(metadata) || isPresent(ruleSet)) {
            throw ApiException.invalidSchema("\"metadata\" and \"ruleSet\" are not supported: omit them");
        }
        return parser.parse(
                schema,
                references,
                RegistryJson.flag(context, "normalize") ? SchemaParser.Text.NORMALIZED : SchemaParser.Text.AS_WRITTEN);
    }

    private static boolean isPresent(JsonNode node) {
        return node != null && !node.isNull();
    }

    Optional<Integer> givenId() {
        return Optional.ofNullable(id).filter(number -> number > 0);
    }

    Optional<Integer> givenVersion() {
        return Optional.ofNullable(version).filter(number -> number > 0);
    }
}
