package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A compatibility check reports whether a schema would be accepted, without registering it. */
class CompatibilityApiTest extends ApiTest {
    private static final String BASE = record("{\"name\":\"a\",\"type\":\"int\"}");
    private static final String WITH_DEFAULT =
            record("{\"name\":\"a\",\"type\":\"int\"},{\"name\":\"b\",\"type\":\"int\",\"default\":0}");
    private static final String WITHOUT_DEFAULT = WITH_DEFAULT.replace(",\"default\":0", "");

    @Test
    void aCheckRegistersNothingAndNamesTheIncompatiblePath() throws Exception {
        register("things", BASE);
        assertThat(check("/versions/latest", WITH_DEFAULT)).isEqualTo(json("{\"is_compatible\":true}"));
        assertThat(check("/versions/1", WITHOUT_DEFAULT)).isEqualTo(json("{\"is_compatible\":false}"));
        JsonNode verbose = check("/versions?verbose=true", WITHOUT_DEFAULT);
        assertThat(verbose.path("is_compatible").asBoolean()).isFalse();
        assertThat(verbose.path("messages").path(0).asText())
                .contains("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/1", "R.b", "version 1");
        assertThat(check("/versions?verbose=true", WITH_DEFAULT).path("messages"))
                .isEqualTo(json("[]"));
        assertThat(get("/subjects/things/versions", 200)).isEqualTo(json("[1]"));
    }

    @Test
    void thePathResolvesArraysMapsAndUnions() throws Exception {
        String deep = record("{\"name\":\"list\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"map\",\"values\":"
                + "[\"null\",{\"type\":\"record\",\"name\":\"Inner\",\"fields\":["
                + "{\"name\":\"x\",\"type\":\"int\"}]}]}}}");
        register("things", deep);
        assertThat(check("/versions?verbose=true", deep.replace("\"int\"", "\"string\""))
                        .path("messages")
                        .toString())
                .contains("/fields/0/type/items/values/1, R.list[]{}, branch Inner of the union");
    }

    @Test
    void eachLevelChecksItsDirection() throws Exception {
        Map<String, List<Boolean>> expected = new TreeMap<>();
        // Compared with the latest version (with the default): drop its field; add one without a default; change a
        // type.
        expected.put("BACKWARD", List.of(true, false, false));
        expected.put("FORWARD", List.of(true, true, false));
        expected.put("FULL", List.of(true, false, false));
        expected.put("NONE", List.of(true, true, true));
        expected.put("BACKWARD_TRANSITIVE", List.of(true, false, false));
        expected.put("FORWARD_TRANSITIVE", List.of(true, true, false));
        expected.put("FULL_TRANSITIVE", List.of(true, false, false));
        register("things", BASE);
        register("things", WITH_DEFAULT);
        String addition = WITH_DEFAULT.replace("]}", ",{\"name\":\"c\",\"type\":\"int\"}]}");
        for (Map.Entry<String, List<Boolean>> level : expected.entrySet()) {
            setLevel("/config/things", level.getKey());
            assertThat(List.of(isCompatible(BASE), isCompatible(addition), isCompatible("\"string\"")))
                    .as(level.getKey())
                    .isEqualTo(level.getValue());
        }
    }

    @Test
    void anUnknownSubjectAcceptsAnySchema() throws Exception {
        assertThat(check("/versions", BASE)).isEqualTo(json("{\"is_compatible\":true}"));
        assertThat(check("/versions/latest", BASE)).isEqualTo(json("{\"is_compatible\":true}"));
        assertFails("POST", "/compatibility/subjects/things/versions/1", body(BASE), 404, 40402);
        register("things", BASE);
        assertFails("POST", "/compatibility/subjects/things/versions/2", body(BASE), 404, 40402);
        assertFails("POST", "/compatibility/subjects/things/versions/x", body(BASE), 422, 42202);
        assertFails("POST", "/compatibility/subjects/things/versions/1", body("{"), 422, 42201);
    }

    @Test
    void anInvalidSchemaIsIncompatibleIfTheReasonsAreRequested() throws Exception {
        register("things", BASE);
        for (String versions : new String[] {"/versions", "/versions/latest"}) {
            JsonNode verdict = check(versions + "?verbose=true", "{\"type\":\"nonsense\"}");
            assertThat(verdict.path("is_compatible").asBoolean()).isFalse();
            assertThat(verdict.path("messages").path(0).asText()).contains("Invalid schema");
            assertFails(
                    "POST", "/compatibility/subjects/things" + versions, body("{\"type\":\"nonsense\"}"), 422, 42201);
        }
    }

    private boolean isCompatible(String schema) throws Exception {
        return check("/versions", schema).path("is_compatible").asBoolean();
    }

    private JsonNode check(String path, String schema) throws Exception {
        return call("POST", "/compatibility/subjects/things" + path, body(schema), 200);
    }

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" + fields + "]}";
    }
}
