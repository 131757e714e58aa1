package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Deletion takes two steps: after the first, the schema is still readable by id; the second is irreversible. */
class DeletionTest extends ApiTest {
    private static final String INT = record("\"int\"");
    private static final String LONG = record("\"long\"");

    @Test
    void aDeletedVersionIsExcludedUnlessRequested() throws Exception {
        int first = register("things", INT);
        int second = register("things", LONG);
        assertThat(call("DELETE", "/subjects/things/versions/latest", null, 200))
                .isEqualTo(json("2"));

        assertThat(get("/subjects/things/versions", 200)).isEqualTo(json("[1]"));
        assertThat(get("/subjects/things/versions?deleted=true", 200)).isEqualTo(json("[1,2]"));
        assertThat(get("/subjects/things/versions?deletedOnly=true", 200)).isEqualTo(json("[2]"));
        assertFails("GET", "/subjects/things/versions/2", null, 404, 40402);
        assertThat(get("/subjects/things/versions/2?deleted=true", 200)
                        .path("deleted")
                        .asBoolean())
                .isTrue();
        assertThat(get("/subjects/things/versions/latest", 200).path("id").asInt())
                .isEqualTo(first);
        assertFails("POST", "/subjects/things", body(LONG), 404, 40403);
        assertThat(call("POST", "/subjects/things?deleted=true", body(LONG), 200)
                        .path("version")
                        .asInt())
                .isEqualTo(2);
        get("/schemas/ids/" + second, 200);
        assertThat(get("/schemas/ids/" + second + "/versions", 200)).isEqualTo(json("[]"));
        assertThat(get("/schemas/ids/" + second + "/subjects?deleted=true", 200))
                .isEqualTo(json("[\"things\"]"));

        assertThat(register("things", LONG)).isEqualTo(second);
        assertThat(get("/subjects/things/versions", 200)).isEqualTo(json("[1,3]"));
    }

    @Test
    void permanentDeletionRequiresSoftDeletionAndRemovesAnUnusedSchema() throws Exception {
        int id = register("things", INT);
        register("others", INT);
        assertFails("DELETE", "/subjects/things/versions/1?permanent=true", null, 404, 40407);
        call("DELETE", "/subjects/things/versions/1", null, 200);
        assertFails("DELETE", "/subjects/things/versions/1", null, 404, 40406);
        assertThat(call("DELETE", "/subjects/things/versions/1?permanent=true", null, 200))
                .isEqualTo(json("1"));
        assertFails("DELETE", "/subjects/things/versions/1", null, 404, 40401);
        get("/schemas/ids/" + id, 200);

        call("DELETE", "/subjects/others", null, 200);
        get("/schemas/ids/" + id, 200);
        call("DELETE", "/subjects/others?permanent=true", null, 200);
        assertFails("GET", "/schemas/ids/" + id, null, 404, 40403);
        assertThat(register("things", INT)).isEqualTo(id);
        assertThat(get("/subjects/things/versions", 200)).isEqualTo(json("[1]"));
    }

    @Test
    void thePermanentDeletionOfTheLatestVersionIncludesDeletedOnes() throws Exception {
        register("things", INT);
        register("things", LONG);
        assertFails("DELETE", "/subjects/things/versions/latest?permanent=true", null, 404, 40407);
        call("DELETE", "/subjects/things", null, 200);
        assertFails("DELETE", "/subjects/things/versions/latest", null, 404, 40406);
        assertThat(call("DELETE", "/subjects/things/versions/latest?permanent=true", null, 200))
                .isEqualTo(json("2"));
        assertThat(get("/subjects/things/versions?deleted=true", 200)).isEqualTo(json("[1]"));
    }

    @Test
    void theSettingsOfASubjectSurviveItsSoftDeletionOnly() throws Exception {
        register("things", INT);
        register("things", LONG);
        setLevel("/config/things", "NONE");
        assertFails("DELETE", "/subjects/nothing", null, 404, 40401);
        assertFails("DELETE", "/subjects/things?permanent=true", null, 404, 40405);
        assertThat(call("DELETE", "/subjects/things", null, 200)).isEqualTo(json("[1,2]"));
        assertFails("DELETE", "/subjects/things", null, 404, 40404);
        assertThat(get("/config/things", 200)).isEqualTo(json("{\"compatibilityLevel\":\"NONE\"}"));
        assertFails("GET", "/subjects/things/versions", null, 404, 40401);
        assertThat(get("/subjects", 200)).isEqualTo(json("[]"));
        assertThat(get("/subjects?deleted=true", 200)).isEqualTo(json("[\"things\"]"));
        assertThat(get("/subjects?deletedOnly=true", 200)).isEqualTo(json("[\"things\"]"));
        assertThat(call("DELETE", "/subjects/things?permanent=true", null, 200)).isEqualTo(json("[1,2]"));
        assertFails("DELETE", "/subjects/things?permanent=true", null, 404, 40401);
        assertFails("GET", "/config/things", null, 404, 40408);
    }

    @Test
    void deletedVersionsAreListedAloneOrAsNegativeNumbers() throws Exception {
        register("things", INT);
        register("things", LONG);
        call("DELETE", "/subjects/things/versions/1", null, 200);
        assertThat(get("/subjects/things/versions?deletedOnly=true", 200)).isEqualTo(json("[1]"));
        assertThat(get("/subjects/things/versions?deletedAsNegative=true", 200)).isEqualTo(json("[-1,2]"));
    }

    @Test
    void deletedVersionsDoNotAffectCompatibility() throws Exception {
        register("things", INT);
        assertFails("POST", "/subjects/things/versions", body(record("\"string\"")), 409, 40901);
        call("DELETE", "/subjects/things/versions/1", null, 200);
        register("things", record("\"string\""));
    }

    @Test
    void aSchemaRegisteredConcurrentlyInAnotherSubjectStays() throws Exception {
        for (int i = 0; i < 10; i++) {
            String schema = "{\"type\":\"fixed\",\"name\":\"F" + i + "\",\"size\":8}";
            String old = "old" + i;
            int id = register(old, schema);
            call("DELETE", "/subjects/" + old, null, 200);
            String subject = "new" + i;
            CompletableFuture<Integer> registered = CompletableFuture.supplyAsync(() -> {
                try {
                    return register(subject, schema);
                } catch (Exception e) {
                    throw new AssertionError(subject + " was not registered", e);
                }
            });
            call("DELETE", "/subjects/" + old + "?permanent=true", null, 200);
            assertThat(registered.get()).isEqualTo(id);
            assertThat(get("/schemas/ids/" + id, 200).path("schema").asText()).isEqualTo(schema);
        }
    }

    private static String record(String type) {
        return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":" + type + "}]}";
    }
}
