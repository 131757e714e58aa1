package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Status, error code and body of every path, as third-party clients expect them. */
class RegistryApiTest extends ApiTest {
    private static final String INT_FIELD =
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}";
    private static final String LONG_FIELD = INT_FIELD.replace("\"int\"", "\"long\"");
    private static final String STRING_FIELD = INT_FIELD.replace("\"int\"", "\"string\"");

    @Test
    void everyResponseHasTheContentTypeOfTheApi() throws Exception {
        for (String path : new String[] {"/", "/subjects", "/config", "/schemas/ids/1", "/nowhere"}) {
            HttpResponse<String> response = send("GET", path, null);
            assertThat(response.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("application/vnd.schemaregistry.v1+json");
        }
        assertThat(get("/", 200)).isEqualTo(json("{}"));
    }

    @Test
    void aSchemaIsReadableOnEveryPath() throws Exception {
        assertThat(get("/subjects", 200)).isEqualTo(json("[]"));
        int id = register("things", INT_FIELD);
        assertThat(register("more", INT_FIELD)).isEqualTo(id);

        assertThat(get("/subjects", 200)).isEqualTo(json("[\"more\",\"things\"]"));
        assertThat(get("/schemas/ids/" + id, 200).path("schema").asText()).isEqualTo(INT_FIELD);
        assertThat(get("/schemas/ids/" + id, 200).has("subjects")).isFalse();
        assertThat(get("/schemas/ids/" + id + "?includeSubjects=true", 200).path("subjects"))
                .isEqualTo(json("[\"more\",\"things\"]"));
        assertThat(get("/schemas/ids/" + id + "/versions", 200))
                .isEqualTo(json("[{\"subject\":\"more\",\"version\":1},{\"subject\":\"things\",\"version\":1}]"));
        assertThat(get("/subjects/things/versions", 200)).isEqualTo(json("[1]"));
        JsonNode version = get("/subjects/things/versions/1", 200);
        assertThat(version.path("subject").asText()).isEqualTo("things");
        assertThat(version.path("id").asInt()).isEqualTo(id);
        assertThat(version.path("version").asInt()).isEqualTo(1);
        assertThat(version.path("schema").asText()).isEqualTo(INT_FIELD);
        assertThat(get("/subjects/things/versions/latest", 200)).isEqualTo(version);
        assertThat(get("/subjects/things/versions/-1", 200)).isEqualTo(version);
        String inOtherWords = INT_FIELD.replace(",", " ,\n ");
        assertThat(call("POST", "/subjects/things", body(inOtherWords), 200)).isEqualTo(version);
    }

    @Test
    void aSubjectMayContainSlashesAndSpaces() throws Exception {
        register("a%2Fb%20c%3A%C3%A9", INT_FIELD);
        assertThat(get("/subjects", 200)).isEqualTo(json("[\"a/b c:é\"]"));
        assertThat(get("/subjects/a%2Fb%20c%3A%C3%A9/versions", 200)).isEqualTo(json("[1]"));
    }

    @Test
    void aSubjectMayContainPercentSignsAndBackslashes() throws Exception {
        for (String subject : new String[] {"100%25", "a%5Cb", "a%252Fb"}) {
            register(subject, INT_FIELD);
            assertThat(get("/subjects/" + subject + "/versions", 200)).isEqualTo(json("[1]"));
        }
        assertThat(get("/subjects", 200)).containsExactlyInAnyOrderElementsOf(json("[\"100%\",\"a\\\\b\",\"a%2Fb\"]"));
        assertFails("GET", "/subjects/a%01b/versions", null, 422, 42208);
    }

    @Test
    void aRegistrationAnswersWithVersionAndSchema() throws Exception {
        JsonNode answer = call("POST", "/subjects/things/versions", body(INT_FIELD), 200);
        assertThat(answer.path("id").asInt()).isPositive();
        assertThat(answer.path("version").asInt()).isEqualTo(1);
        assertThat(answer.path("schema").asText()).isEqualTo(INT_FIELD);
        assertThat(answer.path("ts").asLong()).isPositive();
        assertThat(answer.has("subject")).isFalse();
        JsonNode byGuid = get("/schemas/guids/" + answer.path("guid").asText(), 200);
        assertThat(byGuid.path("schema").asText()).isEqualTo(INT_FIELD);
        assertThat(get("/schemas/guids/" + answer.path("guid").asText() + "/ids", 200))
                .isEqualTo(json("[{\"context\":\".\",\"id\":" + answer.path("id") + "}]"));
        assertFails("GET", "/schemas/guids/no-guid", null, 404, 40403);
        assertFails("GET", "/schemas/guids/" + new UUID(1, 2), null, 404, 40403);
    }

    @Test
    void theVersionOfARequestIsComparedAndSet() throws Exception {
        register("things", INT_FIELD);
        ObjectNode third = JSON.createObjectNode().put("schema", LONG_FIELD).put("version", 3);
        assertFails("POST", "/subjects/things/versions", third.toString(), 422, 42201);
        JsonNode second = call(
                "POST", "/subjects/things/versions", third.put("version", 2).toString(), 200);
        assertThat(second.path("version").asInt()).isEqualTo(2);
        assertThat(second.at("/metadata/properties/confluent:version").asText()).isEqualTo("2");
        // Without a version, the same schema is the same version.
        assertThat(call("POST", "/subjects/things/versions", body(LONG_FIELD), 200)
                        .path("version")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void aForcedRegistrationIgnoresCompatibility() throws Exception {
        register("things", INT_FIELD);
        String message = assertFails("POST", "/subjects/things/versions", body(STRING_FIELD), 409, 40901)
                .path("message")
                .asText();
        assertThat(message)
                .contains("{oldSchemaVersion: 1}", "{oldSchema: '" + INT_FIELD + "'}", "compatibility: 'BACKWARD'}");
        assertThat(call("POST", "/subjects/things/versions?force=true", body(STRING_FIELD), 200)
                        .path("version")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void missingResourcesHaveTheirOwnCodes() throws Exception {
        register("things", INT_FIELD);
        assertFails("GET", "/schemas/ids/12", null, 404, 40403);
        assertFails("GET", "/schemas/ids/no-number", null, 404, 404);
        assertFails("GET", "/schemas/ids/12/versions", null, 404, 40403);
        assertFails("GET", "/subjects/nothing/versions", null, 404, 40401);
        assertFails("GET", "/subjects/nothing/versions/1", null, 404, 40401);
        assertFails("GET", "/subjects/nothing/versions/latest", null, 404, 40401);
        assertFails("GET", "/subjects/things/versions/2", null, 404, 40402);
        assertFails("POST", "/subjects/nothing", body(INT_FIELD), 404, 40401);
        assertFails("POST", "/subjects/things", body(LONG_FIELD), 404, 40403);
        assertFails("GET", "/config/things", null, 404, 40408);
        assertFails("GET", "/nowhere", null, 404, 404);
    }

    @Test
    void invalidRequestsHaveTheirOwnCodesAndChangeNothing() throws Exception {
        String path = "/subjects/things/versions";
        assertFails("POST", path, "{", 400, 400);
        assertFails("POST", path, "null", 400, 400);
        assertFails("POST", path, "[1]", 400, 400);
        assertFails("POST", path, "{}", 422, 42201);
        assertFails("POST", path, body(""), 422, 42201);
        assertFails("POST", path, body("{\"type\":\"nonsense\"}"), 422, 42201);
        assertFails("POST", path, body("not json"), 422, 42201);
        assertFails("POST", path, body(INT_FIELD.replace("\"int\"", "\"Missing\"")), 422, 42201);
        assertFails("POST", path, body(nestedArrays(20_000)), 422, 42201);
        assertFails("POST", path, body(INT_FIELD.replace("\"a\"", "\"a-b\"")), 422, 42201);
        assertFails("POST", path, body(INT_FIELD.replace("\"int\"", "\"int\",\"default\":\"x\"")), 422, 42201);
        assertFails("POST", path, "{\"schemaType\":\"PROTOBUF\",\"schema\":\"x\"}", 422, 42201);
        assertFails("POST", "/subjects/%20/versions", body(INT_FIELD), 422, 42208);
        assertFails("POST", "/subjects/a%0Ab/versions", body(INT_FIELD), 422, 42208);
        assertFails("GET", "/subjects/things/versions/0", null, 422, 42202);
        assertFails("GET", "/subjects/things/versions/newest", null, 422, 42202);
        assertFails("PUT", "/config/things", "{\"compatibility\":\"SOMETIMES\"}", 422, 42203);
        assertFails("POST", path, " ".repeat((1 << 20) + 1), 413, 413);
        assertThat(get("/subjects", 200)).isEqualTo(json("[]"));
    }

    @Test
    void aChunkedBodyIsLimitedAsWell() throws Exception {
        byte[] body = new byte[(1 << 20) + 1];
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + "/subjects/things/versions"))
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void theCompatibilityLevelDecidesWhichSchemasAreRejected() throws Exception {
        assertThat(get("/config", 200)).isEqualTo(json("{\"compatibilityLevel\":\"BACKWARD\"}"));
        register("things", INT_FIELD);
        assertFails("POST", "/subjects/things/versions", body(STRING_FIELD), 409, 40901);
        register("things", LONG_FIELD);

        setLevel("/config/things", "full");
        assertThat(get("/config/things", 200)).isEqualTo(json("{\"compatibilityLevel\":\"FULL\"}"));
        assertThat(get("/config/other?defaultToGlobal=true", 200))
                .isEqualTo(json("{\"compatibilityLevel\":\"BACKWARD\"}"));
        String withDefault = LONG_FIELD.replace("}]}", "},{\"name\":\"b\",\"type\":\"int\",\"default\":0}]}");
        register("things", withDefault);
        assertFails(
                "POST", "/subjects/things/versions", body(withDefault.replace("\"long\"", "\"double\"")), 409, 40901);

        setLevel("/config/things", "NONE");
        register("things", STRING_FIELD);

        setLevel("/config", "FORWARD");
        register("more", LONG_FIELD);
        assertFails("POST", "/subjects/more/versions", body(INT_FIELD.replace("\"int\"", "\"double\"")), 409, 40901);
        register("more", INT_FIELD);
    }

    @Test
    void transitiveLevelsCheckEveryVersion() throws Exception {
        String withoutB = INT_FIELD;
        String withDefault = INT_FIELD.replace("}]}", "},{\"name\":\"b\",\"type\":\"int\",\"default\":0}]}");
        String withoutDefault = withDefault.replace(",\"default\":0", "");
        for (String subject : new String[] {"latest-only", "all"}) {
            register(subject, withoutB);
            register(subject, withDefault);
        }
        setLevel("/config/all", "BACKWARD_TRANSITIVE");
        register("latest-only", withoutDefault);
        JsonNode refusal = assertFails("POST", "/subjects/all/versions", body(withoutDefault), 409, 40901);
        assertThat(refusal.path("message").asText()).contains("version 1").doesNotContain("version 2");
    }

    @Test
    void readinessDependsOnTheDatabaseAndLivenessDoesNot() throws Exception {
        server.close();
        server = new SchemaRegistryServer(database.settings().withDatabaseTimeout(Duration.ofMillis(300))).start();
        get("/health/ready", 200);
        database.disconnect();
        awaitReadiness(503);
        get("/health/live", 200);
        database.reconnect();
        awaitReadiness(200);
    }

    /** The server asks the database at most once a second. */
    private void awaitReadiness(int expected) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        int status;
        do {
            status = send("GET", "/health/ready", null).statusCode();
        } while (status != expected && System.nanoTime() < deadline);
        assertThat(status).isEqualTo(expected);
    }

    private static String nestedArrays(int depth) {
        return "{\"type\":\"array\",\"items\":".repeat(depth) + "\"int\"" + "}".repeat(depth);
    }
}
