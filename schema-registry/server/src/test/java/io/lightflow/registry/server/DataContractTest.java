package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.registry.client.SchemaId;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** Metadata and rules are stored with a schema, are part of its id, and are taken from the previous version. */
class DataContractTest extends ApiTest {
    private static final String METADATA = "{\"properties\":{\"owner\":\"ads\",\"team\":\"click\"},"
            + "\"tags\":{\"a\":[\"PII\"]},\"sensitive\":[\"owner\"]}";
    private static final String RULES =
            "{\"domainRules\":[{\"name\":\"check\",\"kind\":\"CONDITION\",\"mode\":\"WRITE\","
                    + "\"type\":\"CEL\",\"expr\":\"message > 0\",\"onFailure\":\"DLQ\","
                    + "\"futureField\":{\"z\":1,\"a\":2}}]}";

    @Test
    void theyAreStoredAndReturnedOnEveryPath() throws Exception {
        JsonNode registered = post("things", "\"int\"", METADATA, RULES, 200);
        int id = registered.path("id").asInt();
        for (JsonNode answer : new JsonNode[] {
            registered,
            get("/schemas/ids/" + id, 200),
            get("/subjects/things/versions/1", 200),
            get("/schemas", 200).path(0),
            call("POST", "/subjects/things", body("\"int\""), 200)
        }) {
            assertThat(answer.path("metadata")).isEqualTo(json(METADATA));
            assertThat(answer.path("ruleSet")).isEqualTo(json(RULES));
        }
        assertThat(get("/schemas?ruleType=CEL", 200)).hasSize(1);
        assertThat(get("/schemas?ruleType=JSONATA", 200)).isEmpty();
    }

    @Test
    void theyArePartOfTheIdWhateverTheirNotationUnlessTheyAreEmpty() throws Exception {
        int plain = SchemaId.of(new Schema.Parser().parse("\"int\""));
        int annotated = post("a", "\"int\"", METADATA, null, 200).path("id").asInt();
        String reordered = "{\"sensitive\":[\"owner\"],\"tags\":{\"a\":[\"PII\"]},"
                + "\"properties\":{\"team\":\"click\",\"owner\":\"ads\"}}";
        assertThat(post("b", "\"int\"", reordered, "{}", 200).path("id").asInt())
                .isEqualTo(annotated)
                .isNotEqualTo(plain);
        for (String empty :
                new String[] {"{}", "{\"properties\":{}}", "{\"properties\":{\"a\":null},\"tags\":{\"b\":null}}"}) {
            assertThat(post("c", "\"int\"", empty, "{\"domainRules\":[]}", 200)
                            .path("id")
                            .asInt())
                    .as(empty)
                    .isEqualTo(plain);
        }
    }

    @Test
    void aRegistrationTakesFromThePreviousVersionWhatItOmits() throws Exception {
        int first = post("things", "\"int\"", METADATA, RULES, 200).path("id").asInt();
        assertThat(register("things", "\"int\"")).isEqualTo(first);
        JsonNode second = call("POST", "/subjects/things/versions", body("\"long\""), 200);
        assertThat(second.path("metadata")).isEqualTo(json(METADATA));
        assertThat(second.path("ruleSet")).isEqualTo(json(RULES));

        JsonNode third =
                call("POST", "/subjects/things/versions", "{\"metadata\":{\"properties\":{\"owner\":\"x\"}}}", 200);
        assertThat(third.path("schema").asText()).isEqualTo("\"long\"");
        assertThat(third.path("ruleSet")).isEqualTo(json(RULES));
        assertFails("POST", "/subjects/nothing/versions", "{\"metadata\":{}}", 422, 42201);

        JsonNode fourth = post("things", "\"long\"", "{}", "{}", 200);
        assertThat(fourth.path("version").asInt()).isEqualTo(4);
        assertThat(fourth.has("metadata") || fourth.has("ruleSet")).isFalse();
    }

    @Test
    void aSchemaWithoutThemMeansTheVersionWithoutThemIfThereIsOne() throws Exception {
        int plain = register("things", "\"int\"");
        post("things", "\"int\"", METADATA, RULES, 200);
        assertThat(register("things", "\"int\"")).isEqualTo(plain);
        assertThat(call("POST", "/subjects/things", body("\"int\""), 200)
                        .path("version")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void defaultsAndOverridesOfTheSettingsApply() throws Exception {
        call(
                "PUT",
                "/config/things",
                "{\"defaultMetadata\":{\"properties\":{\"owner\":\"nobody\",\"cost\":\"1\"}},"
                        + "\"overrideMetadata\":{\"properties\":{\"cost\":\"2\"}}}",
                200);
        JsonNode properties = post("things", "\"int\"", "{\"properties\":{\"owner\":\"ads\"}}", null, 200)
                .at("/metadata/properties");
        assertThat(properties).isEqualTo(json("{\"cost\":\"2\",\"owner\":\"ads\"}"));
        assertThat(post("things", "\"int\"", "{\"properties\":{\"owner\":\"ads\"}}", null, 200)
                        .path("version")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void theLatestVersionWithMetadataIsFound() throws Exception {
        post("things", "\"int\"", METADATA, null, 200);
        post("things", "\"long\"", METADATA, null, 200);
        post("things", "\"float\"", "{\"properties\":{\"owner\":\"others\"}}", null, 200);
        String path = "/subjects/things/metadata?key=owner&value=";
        assertThat(get(path + "ads&key=team&value=click", 200).path("version").asInt())
                .isEqualTo(2);
        assertThat(get(path + "others", 200).path("version").asInt()).isEqualTo(3);
        assertFails("GET", path + "nobody", null, 404, 40403);
        assertFails("GET", "/subjects/nothing/metadata?key=a&value=b", null, 404, 40401);
    }

    @Test
    void invalidRulesAreRejected() throws Exception {
        String rule = "{\"name\":\"a\",\"type\":\"CEL\"}";
        for (String rules : new String[] {
            "{\"domainRules\":[{\"type\":\"CEL\"}]}",
            "{\"domainRules\":[{\"name\":\"a\"}]}",
            "{\"domainRules\":[" + rule + "," + rule + "]}",
            "{\"domainRules\":[" + rule + "],\"encodingRules\":[" + rule + "]}",
            "{\"migrationRules\":[" + rule + "]}",
            "{\"domainRules\":[{\"name\":\"a\",\"type\":\"CEL\",\"mode\":\"UPGRADE\"}]}",
            "{\"domainRules\":[7]}"
        }) {
            assertThat(post("things", "\"int\"", null, rules, 422)
                            .path("error_code")
                            .asInt())
                    .as(rules)
                    .isEqualTo(42210);
        }
        assertThat(get("/subjects", 200)).isEmpty();
    }

    private JsonNode post(String subject, String schema, String metadata, String rules, int status) throws Exception {
        String request = "{\"schema\":" + JSON.writeValueAsString(schema)
                + (metadata == null ? "" : ",\"metadata\":" + metadata)
                + (rules == null ? "" : ",\"ruleSet\":" + rules) + "}";
        return call("POST", "/subjects/" + subject + "/versions", request, status);
    }
}
