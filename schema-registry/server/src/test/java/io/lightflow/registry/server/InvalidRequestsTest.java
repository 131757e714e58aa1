package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.service.test.RawHttp;
import org.junit.jupiter.api.Test;

/** Any invalid request gets JSON, with a message that says what is expected without naming the server's classes. */
class InvalidRequestsTest extends ApiTest {
    private static final String VERSIONS = "/subjects/things/versions";

    @Test
    void aUrlThatCannotBeReadGetsJson() throws Exception {
        for (String subject : new String[] {"%", "%zz", "%00", "%C3%28", "%2e%2e"}) {
            try (RawHttp client = new RawHttp(server.port())) {
                client.send("/subjects/" + subject + "/versions", "localhost\r\nConnection: close");
                assertThat(client.response())
                        .as(subject)
                        .startsWith("HTTP/1.1 400 ")
                        .contains("Content-Type: application/vnd.schemaregistry.v1+json", "{\"error_code\":400,");
            }
        }
    }

    @Test
    void aMessageSaysWhatIsExpectedAndWhere() throws Exception {
        assertThat(message(VERSIONS, "[1]", 400)).endsWith("expected an object");
        assertThat(message(VERSIONS, "", 400)).endsWith("expected an object");
        assertThat(message(VERSIONS, "null", 400)).endsWith("expected an object");
        assertThat(message(VERSIONS, "-1", 400)).endsWith("expected an object");
        assertThat(message(VERSIONS, "{\"schema\":{}}", 400)).endsWith("expected a string at schema");
        assertThat(message(VERSIONS, "{\"version\":\"x\"}", 400)).endsWith("expected an integer at version");
        assertThat(message(VERSIONS, "{\"references\":1}", 400)).endsWith("expected an array at references");
        assertThat(message(VERSIONS, "{\"references\":[1]}", 400)).endsWith("expected an object at references[0]");
        assertThat(message(VERSIONS, "{\"references\":[null]}", 400)).contains("in references, found null");
        assertThat(message(VERSIONS, "{\"ruleSet\":{\"domainRules\":[null]}}", 422))
                .contains("found null");
        assertThat(message(VERSIONS, "{\"metadata\":5}", 400)).endsWith("expected an object at metadata");
        assertThat(message(VERSIONS, "{\n\"schema\": x}", 400)).contains("at line 2, column");
        assertThat(call("PUT", "/config", "{\"normalize\":\"often\"}", 400)
                        .path("message")
                        .asText())
                .endsWith("expected true or false at normalize");
    }

    @Test
    void aMessageAboutASchemaNamesTheMistake() throws Exception {
        String invalid = "Invalid AVRO schema. Error: ";
        assertThat(message(VERSIONS, body("{\"type\":\"Missing\"}"), 422))
                .isEqualTo(invalid + "Undefined schema: Missing");
        assertThat(message(VERSIONS, body("{\"type\":\"array\",\"items\":\"Missing\"}"), 422))
                .isEqualTo(invalid + "Undefined schema: Missing");
        assertThat(message(VERSIONS, body("{\"type\""), 422))
                .startsWith(invalid + "the schema is not JSON: ")
                .endsWith("at line 1, column 8");
        assertThat(message(VERSIONS, body("[[]]"), 422)).startsWith(invalid);
    }

    @Test
    void whatTheDatabaseCannotStoreIsRejected() throws Exception {
        String nul = "\\u0000";
        String schema = "\"schema\":\"\\\"int\\\"\"";
        for (String body : new String[] {
            "{" + schema + ",\"metadata\":{\"properties\":{\"a\":\"" + nul + "\"}}}",
            "{" + schema + ",\"metadata\":{\"properties\":{\"" + nul + "\":\"a\"}}}",
            "{" + schema + ",\"metadata\":{\"properties\":{\"a\":\"\\ud800\"}}}",
            "{" + schema + ",\"ruleSet\":{\"domainRules\":[{\"name\":\"r\",\"type\":\"CEL\",\"expr\":\"" + nul
                    + "\"}]}}",
            "{" + schema + ",\"references\":[{\"name\":\"A\",\"subject\":\"" + nul + "\",\"version\":1}]}",
        }) {
            message(VERSIONS, body, 400);
        }
        assertFails("PUT", "/config/things", "{\"alias\":\"" + nul + "\"}", 400, 400);
        assertFails("PUT", "/config/things", "{\"alias\":\"a\\nb\"}", 422, 42208);
        for (String query : new String[] {"/subjects?subjectPrefix", "/schemas?ruleType", "/contexts?contextPrefix"}) {
            assertFails("GET", query + "=%00", null, 400, 400);
        }
        // A default of bytes is an escape within the schema.
        register(
                "bytes",
                "{\"type\":\"record\",\"name\":\"R\",\"fields\":"
                        + "[{\"name\":\"a\",\"type\":\"bytes\",\"default\":\"\\u0000\"}]}");
    }

    @Test
    void aChangeOfTagsIsRejectedInsteadOfIgnored() throws Exception {
        String schema = "{\"schema\":\"\\\"int\\\"\",\"schemaTagsToAdd\":";
        assertThat(message(VERSIONS, schema + "[{\"tags\":[\"PII\"]}]}", 422)).contains("schemaTagsToAdd");
        call("POST", VERSIONS, schema + "[]}", 200);
        call("POST", VERSIONS, schema + "null}", 200);
    }

    /** The message of a rejection, which must not name classes. */
    private String message(String path, String body, int status) throws Exception {
        String message = call("POST", path, body, status).path("message").asText();
        assertThat(message)
                .doesNotContain("java", "lightflow", "jackson", "avro.compiler", "REDACTED", "Exception")
                .isNotBlank();
        return message;
    }
}
