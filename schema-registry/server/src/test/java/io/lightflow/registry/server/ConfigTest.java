package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

/** Every setting that Confluent's clients know is kept, returned, inherited and applied. */
class ConfigTest extends ApiTest {
    private static final String PLACE =
            "{\"type\":\"record\",\"name\":\"Place\",\"fields\":[{\"name\":\"country\",\"type\":\"string\"}]}";
    private static final String ALL = "{\"alias\":\"other\",\"normalize\":true,\"validateFields\":true,"
            + "\"validateNewSchemas\":true,\"validateRules\":false,\"compatibility\":\"FULL\","
            + "\"compatibilityPolicy\":\"STRICT\","
            + "\"compatibilityGroup\":\"major\",\"defaultMetadata\":{\"properties\":{\"owner\":\"ads\"}},"
            + "\"overrideMetadata\":{\"tags\":{\"Place.country\":[\"PII\"]},\"sensitive\":[\"owner\"]},"
            + "\"defaultRuleSet\":{\"domainRules\":[{\"name\":\"a\",\"type\":\"CEL\",\"expr\":\"true\"}]},"
            + "\"overrideRuleSet\":{\"migrationRules\":[{\"name\":\"b\",\"type\":\"JSONATA\",\"mode\":\"UPGRADE\"}]}}";

    @Test
    void allFieldsAreKeptAndReturned() throws Exception {
        assertThat(call("PUT", "/config/things", ALL, 200)).isEqualTo(json(ALL));
        ObjectNode read = (ObjectNode) get("/config/things", 200);
        read.set("compatibility", read.remove("compatibilityLevel"));
        assertThat(read).isEqualTo(json(ALL));

        JsonNode changed = call("PUT", "/config/things", "{\"alias\":null,\"normalize\":false}", 200);
        assertThat(changed.has("alias")).isFalse();
        assertThat(changed.path("normalize").asBoolean(true)).isFalse();
        assertThat(changed.path("compatibilityGroup").asText()).isEqualTo("major");
        assertThat(call("DELETE", "/config/things", null, 200)
                        .path("compatibilityLevel")
                        .asText())
                .isEqualTo("FULL");
        assertFails("GET", "/config/things", null, 404, 40408);
    }

    @Test
    void invalidFieldsAreRejected() throws Exception {
        assertFails("PUT", "/config/things", "{\"normalize\":\"sometimes\"}", 400, 400);
        assertFails("PUT", "/config/things", "{\"compatibilityPolicy\":\"LOGICAL\"}", 422, 42203);
        assertFails("PUT", "/config/things", "{\"defaultRuleSet\":{\"domainRules\":[{\"name\":\"a\"}]}}", 422, 42210);
        assertFails("PUT", "/config", "[]", 400, 400);
        assertFails("GET", "/config/things", null, 404, 40408);
    }

    @Test
    void aSubjectInheritsFieldsThatItDoesNotSet() throws Exception {
        call("PUT", "/config", "{\"normalize\":true,\"alias\":\"nobody\"}", 200);
        assertThat(get("/config", 200).path("compatibilityLevel").asText()).isEqualTo("BACKWARD");
        setLevel("/config/things", "FULL");
        JsonNode effective = get("/config/things?defaultToGlobal=true", 200);
        assertThat(effective).isEqualTo(json("{\"normalize\":true,\"compatibilityLevel\":\"FULL\"}"));
        call("PUT", "/config/:.staging:", "{\"compatibility\":\"NONE\"}", 200);
        assertThat(get("/config/:.staging:things?defaultToGlobal=true", 200)
                        .path("compatibilityLevel")
                        .asText())
                .isEqualTo("NONE");
    }

    @Test
    void normalizeStoresTheNormalForm() throws Exception {
        call("PUT", "/config/things", "{\"normalize\":true}", 200);
        String written = PLACE.replace("\"string\"", "{\"type\":\"string\"}");
        assertThat(call("POST", "/subjects/things/versions", body(written), 200)
                        .path("schema")
                        .asText())
                .contains("\"type\":\"string\"");
    }

    @Test
    void namesAndDefaultsAreValidUnlessTheirValidationIsOff() throws Exception {
        String badDefault = PLACE.replace("\"string\"}", "\"string\",\"default\":null}");
        assertFails("POST", "/subjects/things/versions", body(badDefault), 422, 42201);
        call("PUT", "/config/things", "{\"validateNewSchemas\":false}", 200);
        register("things", badDefault);
    }

    @Test
    void aGroupOfVersionsIsComparedWithItself() throws Exception {
        call("PUT", "/config/things", "{\"compatibilityGroup\":\"major\"}", 200);
        post("things", PLACE, "{\"major\":\"1\"}", 200);
        String other = PLACE.replace("country", "city");
        post("things", other, "{\"major\":\"1\"}", 409);
        post("things", other, "{\"major\":\"2\"}", 200);
        post("things", PLACE.replace("}]}", "},{\"name\":\"b\",\"type\":\"int\"}]}"), "{\"major\":\"2\"}", 409);
    }

    @Test
    void reservedFieldsStayReservedAndUnused() throws Exception {
        call("PUT", "/config/things", "{\"validateFields\":true,\"compatibility\":\"NONE\"}", 200);
        post("things", PLACE, "{\"confluent:reserved\":\"country\"}", 409);
        post("things", PLACE, "{\"confluent:reserved\":\"city\"}", 200);
        post("things", PLACE.replace("country", "land"), "{\"confluent:reserved\":\"other\"}", 409);
    }

    @Test
    void anAliasMeansAnotherSubject() throws Exception {
        int id = register("places", PLACE);
        call("PUT", "/config/old-places", "{\"alias\":\"places\"}", 200);
        assertThat(get("/subjects/old-places/versions", 200)).isEqualTo(json("[1]"));
        assertThat(get("/subjects/old-places/versions/latest", 200)
                        .path("subject")
                        .asText())
                .isEqualTo("places");
        assertThat(register("old-places", PLACE)).isEqualTo(id);
        assertThat(get("/subjects", 200)).isEqualTo(json("[\"places\"]"));
        assertThat(get("/schemas?aliases=true", 200).at("/0/aliases")).isEqualTo(json("[\"old-places\"]"));
        // The settings are the alias's own.
        assertThat(get("/config/old-places", 200).path("alias").asText()).isEqualTo("places");
        call("DELETE", "/config/old-places", null, 200);
        assertFails("GET", "/subjects/old-places/versions", null, 404, 40401);
    }

    private void post(String subject, String schema, String properties, int status) throws Exception {
        ObjectNode request = (ObjectNode) json(body(schema));
        request.putObject("metadata").set("properties", json(properties));
        call("POST", "/subjects/" + subject + "/versions", request.toString(), status);
    }
}
