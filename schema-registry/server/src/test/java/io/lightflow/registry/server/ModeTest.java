package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.registry.client.SchemaId;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** A mode decides which operations all subjects or one subject allow. */
class ModeTest extends ApiTest {
    private static final String INT = "\"int\"";
    private static final String LONG = "\"long\"";

    @Test
    void aModeIsSetReadAndDeleted() throws Exception {
        assertThat(get("/mode", 200)).isEqualTo(json("{\"mode\":\"READWRITE\"}"));
        assertFails("GET", "/mode/things", null, 404, 40409);
        assertThat(get("/mode/things?defaultToGlobal=true", 200)).isEqualTo(json("{\"mode\":\"READWRITE\"}"));
        assertThat(call("PUT", "/mode/things", "{\"mode\":\"readonly\"}", 200))
                .isEqualTo(json("{\"mode\":\"READONLY\"}"));
        assertThat(get("/mode/things", 200)).isEqualTo(json("{\"mode\":\"READONLY\"}"));
        assertThat(call("DELETE", "/mode/things", null, 200)).isEqualTo(json("{\"mode\":\"READONLY\"}"));
        assertFails("DELETE", "/mode/things", null, 404, 40401);
        assertFails("PUT", "/mode", "{\"mode\":\"SOMETIMES\"}", 422, 42204);
        call("PUT", "/mode", "{\"mode\":\"READONLY\"}", 200);
        assertThat(call("DELETE", "/mode", null, 200)).isEqualTo(json("{\"mode\":\"READONLY\"}"));
        assertThat(get("/mode", 200)).isEqualTo(json("{\"mode\":\"READWRITE\"}"));
    }

    @Test
    void readOnlyForbidsChangesUnlessTheSubjectHasAnotherMode() throws Exception {
        register("things", INT);
        call("PUT", "/mode", "{\"mode\":\"READONLY\"}", 200);
        assertFails("POST", "/subjects/things/versions", body(LONG), 422, 42205);
        assertFails("DELETE", "/subjects/things", null, 422, 42205);
        assertFails("DELETE", "/subjects/things/versions/1", null, 422, 42205);
        assertFails("PUT", "/config/things", "{\"compatibility\":\"FULL\"}", 422, 42205);
        assertFails("PUT", "/subjects/things/versions/2", body(LONG), 422, 42205);
        register("things", INT);
        call("PUT", "/mode/things", "{\"mode\":\"READWRITE\"}", 200);
        register("things", LONG);
    }

    @Test
    void anImportedSchemaThatWouldBeRejectedIsFoundAndRegisteredAgain() throws Exception {
        String invalid = "{\"type\":\"record\",\"name\":\"R\",\"fields\":"
                + "[{\"name\":\"a-b\",\"type\":\"int\",\"default\":\"x\"}]}";
        assertFails("POST", "/subjects/things/versions", body(invalid), 422, 42201);
        int id = SchemaId.of(ParsedSchema.parseStored(invalid));
        call("PUT", "/mode/things", "{\"mode\":\"IMPORT\"}", 200);
        call("POST", "/subjects/things/versions", imported(invalid, id, 1), 200);
        call("DELETE", "/mode/things", null, 200);
        assertThat(register("things", invalid)).isEqualTo(id);
        assertThat(call("POST", "/subjects/things", body(invalid), 200)
                        .path("version")
                        .asInt())
                .isEqualTo(1);
        assertFails("POST", "/subjects/others", body(invalid), 404, 40401);
    }

    @Test
    void anImportKeepsIdAndVersion() throws Exception {
        int id = SchemaId.of(new Schema.Parser().parse(INT));
        assertFails("POST", "/subjects/things/versions", imported(INT, id, 7), 422, 42205);
        call("PUT", "/mode/things", "{\"mode\":\"IMPORT\"}", 200);
        assertFails("POST", "/subjects/things/versions", body(INT), 422, 42205);
        assertThat(assertFails("POST", "/subjects/things/versions", imported(INT, 1, 7), 422, 42207)
                        .path("message")
                        .asText())
                .contains(Integer.toString(id), "the same in every registry");
        call("POST", "/subjects/things/versions", imported(INT, id, 7), 200);
        call("POST", "/subjects/things/versions", imported(INT, id, 7), 200);
        assertThat(get("/subjects/things/versions", 200)).isEqualTo(json("[7]"));
        assertThat(assertFails(
                                "POST",
                                "/subjects/things/versions",
                                imported("\"string\"", SchemaId.of(new Schema.Parser().parse("\"string\"")), 7),
                                422,
                                42205)
                        .path("message")
                        .asText())
                .contains("Nothing is overwritten");
        // Incompatible, and older.
        call(
                "POST",
                "/subjects/things/versions",
                imported("\"string\"", SchemaId.of(new Schema.Parser().parse("\"string\"")), 3),
                200);
        assertThat(get("/subjects/things/versions", 200)).isEqualTo(json("[3,7]"));
    }

    @Test
    void anImportRevivesADeletedVersion() throws Exception {
        int id = register("things", INT);
        call("DELETE", "/subjects/things", null, 200);
        call("PUT", "/mode/things", "{\"mode\":\"IMPORT\"}", 200);
        call("POST", "/subjects/things/versions", imported(INT, id, 1), 200);
        assertThat(get("/subjects/things/versions", 200)).isEqualTo(json("[1]"));
        assertThat(get("/subjects/things/versions/1", 200).path("id").asInt()).isEqualTo(id);
    }

    @Test
    void aModeIsTheContextsOrTheRegistrysUnlessTheSubjectHasItsOwn() throws Exception {
        assertThat(mode("/mode")).isEqualTo("READWRITE");
        call("PUT", "/mode/:.staging:", "{\"mode\":\"READONLY\"}", 200);
        assertFails("POST", "/subjects/:.staging:things/versions", body(INT), 422, 42205);
        register("things", INT);
        call("PUT", "/mode/:.staging:things", "{\"mode\":\"READWRITE\"}", 200);
        register(":.staging:things", INT);
        assertThat(mode("/mode/:.staging:others?defaultToGlobal=true")).isEqualTo("READONLY");

        call("PUT", "/mode/:.__GLOBAL:", "{\"mode\":\"READONLY\"}", 200);
        assertThat(mode("/mode?defaultToGlobal=true")).isEqualTo("READONLY");
        assertFails("POST", "/subjects/things/versions", body(LONG), 422, 42205);
        call("PUT", "/mode/:.__GLOBAL:", "{\"mode\":null}", 200);
        register("things", LONG);

        call("PUT", "/mode", "{\"mode\":\"READONLY_OVERRIDE\"}", 200);
        assertFails("POST", "/subjects/:.staging:things/versions", body(LONG), 422, 42205);
        assertThat(call("DELETE", "/mode", null, 200).path("mode").asText()).isEqualTo("READONLY_OVERRIDE");
        assertThat(mode("/mode")).isEqualTo("READWRITE");
        assertFails("PUT", "/mode/things", "{\"mode\":\"FORWARD\"}", 422, 42204);
    }

    @Test
    void theModesOfAContextsSubjectsAreDeletedTogether() throws Exception {
        for (String subject : new String[] {":.a:", ":.a:x", ":.b:x", "x"}) {
            call("PUT", "/mode/" + subject, "{\"mode\":\"READONLY\"}", 200);
        }
        call("DELETE", "/mode/:.a:?recursive=true", null, 200);
        assertFails("GET", "/mode/:.a:x", null, 404, 40409);
        assertThat(mode("/mode/:.b:x")).isEqualTo("READONLY");
        call("DELETE", "/mode?recursive=true", null, 200);
        assertFails("GET", "/mode/x", null, 404, 40409);
        assertThat(mode("/mode/:.b:x")).isEqualTo("READONLY");
    }

    private String mode(String path) throws Exception {
        return get(path, 200).path("mode").asText();
    }

    @Test
    void importModeIsRejectedForExistingVersionsUnlessForced() throws Exception {
        register("things", INT);
        assertFails("PUT", "/mode", "{\"mode\":\"IMPORT\"}", 422, 42205);
        assertFails("PUT", "/mode/things", "{\"mode\":\"IMPORT\"}", 422, 42205);
        call("PUT", "/mode/others", "{\"mode\":\"IMPORT\"}", 200);
        call("PUT", "/mode/things?force=true", "{\"mode\":\"IMPORT\"}", 200);
    }

    private static String imported(String schema, int id, int version) {
        return JSON.createObjectNode()
                .put("schema", schema)
                .put("id", id)
                .put("version", version)
                .toString();
    }
}
