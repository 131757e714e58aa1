package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/** Subjects of the same name in several contexts are different subjects; a schema's id is the same in all of them. */
class ContextsTest extends ApiTest {
    private static final String PLACE = "{\"type\":\"record\",\"name\":\"Place\",\"fields\":[]}";
    private static final String SITE =
            "{\"type\":\"record\",\"name\":\"Site\",\"fields\":[{\"name\":\"place\",\"type\":\"Place\"}]}";

    @Test
    void aSubjectIsNamedWithItsContextOrBelowItsPath() throws Exception {
        int id = register("things", "\"int\"");
        assertThat(register(":.a:things", "\"int\"")).isEqualTo(id);
        call("POST", "/contexts/.a/subjects/things/versions", body("\"long\""), 200);
        call("POST", "/contexts/:.b:/subjects/things/versions", body("\"string\""), 200);
        assertThat(get("/subjects/things/versions", 200)).isEqualTo(json("[1]"));
        assertThat(get("/subjects/:.a:things/versions", 200)).isEqualTo(json("[1,2]"));
        assertThat(get("/contexts/.a/subjects/things/versions/2", 200)
                        .path("subject")
                        .asText())
                .isEqualTo(":.a:things");
        // A name without a context means the default one first, and any other if that lacks it.
        assertThat(get("/subjects/things/versions/2", 200).path("subject").asText())
                .isEqualTo(":.a:things");
        assertThat(call("POST", "/subjects/things", body("\"string\""), 200)
                        .path("subject")
                        .asText())
                .isEqualTo(":.b:things");
        assertThat(get("/contexts", 200)).isEqualTo(json("[\".\",\".a\",\".b\"]"));
        assertThat(get("/contexts/.a/contexts", 200)).hasSize(3);
        assertThat(get("/contexts?contextPrefix=.a", 200)).isEqualTo(json("[\".a\"]"));
        assertThat(get("/contexts?offset=1&limit=1", 200)).isEqualTo(json("[\".a\"]"));
    }

    @Test
    void subjectsAndSchemasAreListedByContext() throws Exception {
        for (String subject : new String[] {"x", ":.a:x", ":.a:y", ":.b:x"}) {
            register(subject, "\"int\"");
        }
        assertThat(get("/subjects", 200)).hasSize(4);
        assertThat(get("/subjects?subjectPrefix=", 200)).isEqualTo(json("[\"x\"]"));
        assertThat(get("/subjects?subjectPrefix=:.a:", 200)).isEqualTo(json("[\":.a:x\",\":.a:y\"]"));
        assertThat(get("/subjects?subjectPrefix=:*:x", 200)).hasSize(3);
        assertThat(get("/contexts/:.:/subjects", 200)).isEqualTo(json("[\"x\"]"));
        assertThat(get("/contexts/.a/subjects?subjectPrefix=y", 200)).isEqualTo(json("[\":.a:y\"]"));
        assertThat(get("/schemas", 200)).hasSize(1);
        assertThat(get("/contexts/.a/schemas", 200)).hasSize(2);
    }

    @Test
    void aReferenceWithoutAContextMeansTheSameContext() throws Exception {
        register(":.a:place", PLACE);
        String reference = "{\"name\":\"Place\",\"subject\":\"place\",\"version\":1}";
        String request = "{\"schema\":" + JSON.writeValueAsString(SITE) + ",\"references\":[" + reference + "]}";
        assertFails("POST", "/subjects/site/versions", request, 422, 42201);
        int id = call("POST", "/subjects/:.a:site/versions", request, 200)
                .path("id")
                .asInt();
        assertThat(get("/subjects/:.a:site/versions/1", 200).path("references")).isEqualTo(json("[" + reference + "]"));
        assertThat(get("/subjects/:.a:site/versions/1?referenceFormat=qualified", 200)
                        .at("/references/0/subject")
                        .asText())
                .isEqualTo(":.a:place");
        assertThat(get("/schemas/ids/" + id, 200).at("/references/0/subject").asText())
                .isEqualTo(":.a:place");
        JsonNode byId = get("/schemas/ids/" + id + "?subject=:.a:site", 200);
        assertThat(byId.path("version").asInt()).isEqualTo(1);
        assertThat(byId.at("/references/0/subject").asText()).isEqualTo("place");
        assertThat(get("/schemas/ids/" + id + "?subject=:.a:site&referenceFormat=qualified", 200)
                        .at("/references/0/subject")
                        .asText())
                .isEqualTo(":.a:place");
        assertThat(get("/subjects/:.a:place/versions/1/referencedby", 200)).isEqualTo(json("[" + id + "]"));
        String fromOther = request.replace("\"place\",\"version\"", "\":.a:place\",\"version\"");
        JsonNode other = call("POST", "/subjects/site/versions", fromOther, 200);
        assertThat(other.path("id").asInt()).isEqualTo(id);
    }

    @Test
    void anEmptyContextCanBeDeleted() throws Exception {
        register(":.a:x", "\"int\"");
        register(":.ab:x", "\"int\"");
        call("DELETE", "/subjects/:.a:x", null, 200);
        assertFails("DELETE", "/contexts/.a", null, 422, 42211);
        call("DELETE", "/subjects/:.a:x?permanent=true", null, 200);
        assertThat(get("/contexts", 200)).isEqualTo(json("[\".\",\".a\",\".ab\"]"));
        assertThat(send("DELETE", "/contexts/.a", null).statusCode()).isEqualTo(204);
        assertThat(get("/contexts", 200)).isEqualTo(json("[\".\",\".ab\"]"));
        assertThat(send("DELETE", "/contexts/.a", null).statusCode()).isEqualTo(204);
        assertFails("DELETE", "/contexts/.", null, 422, 42205);
        register(":.a:x", "\"int\"");
        assertThat(get("/contexts", 200)).hasSize(3);
    }

    @Test
    void onlySettingsMayNameAllContexts() throws Exception {
        assertFails("POST", "/subjects/:.__GLOBAL:x/versions", body("\"int\""), 422, 42208);
        assertFails("POST", "/subjects/:*:x/versions", body("\"int\""), 422, 42208);
        assertFails("POST", "/subjects/:.a:/versions", body("\"int\""), 422, 42208);
        assertFails("POST", "/subjects/__EMPTY/versions", body("\"int\""), 422, 42208);
        call("PUT", "/config/:.__GLOBAL:", "{\"compatibility\":\"NONE\"}", 200);
        register(":.a:x", "\"int\"");
        register(":.a:x", "\"string\"");
    }
}
