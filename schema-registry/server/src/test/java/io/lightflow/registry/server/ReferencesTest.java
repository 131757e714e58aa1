package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.registry.client.SchemaId;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** A schema may reference types of other subjects' versions; its id is that of the schema with the types inlined. */
class ReferencesTest extends ApiTest {
    private static final String PLACE =
            "{\"type\":\"record\",\"name\":\"Place\",\"namespace\":\"ads\",\"fields\":[{\"name\":\"country\","
                    + "\"type\":\"string\"}]}";
    private static final String SITE =
            "{\"type\":\"record\",\"name\":\"Site\",\"namespace\":\"ads\",\"fields\":[{\"name\":\"place\","
                    + "\"type\":\"Place\"}]}";
    private static final String CLICK =
            "{\"type\":\"record\",\"name\":\"Click\",\"namespace\":\"ads\",\"fields\":[{\"name\":\"site\","
                    + "\"type\":\"Site\"},{\"name\":\"place\",\"type\":\"ads.Place\"}]}";

    @Test
    void referencesAreTransitiveAndTheIdIsThatOfTheInlinedSchema() throws Exception {
        int place = register("place", PLACE);
        int site = with("site", SITE, "ads.Place", "place", 1);
        int click = post("click", CLICK, 200, reference("ads.Site", "site", 1), reference("ads.Place", "place", -1))
                .path("id")
                .asInt();

        Schema.Parser parser = new Schema.Parser();
        parser.parse(PLACE);
        assertThat(site).isEqualTo(SchemaId.of(parser.parse(SITE)));
        Schema whole = parser.parse(CLICK);
        assertThat(click).isEqualTo(SchemaId.of(whole));

        JsonNode byId = get("/schemas/ids/" + click, 200);
        assertThat(byId.path("schema").asText()).isEqualTo(CLICK);
        assertThat(byId.path("references"))
                .isEqualTo(
                        json("[" + reference("ads.Site", "site", 1) + "," + reference("ads.Place", "place", 1) + "]"));
        assertThat(get("/subjects/click/versions/1", 200).path("references")).isEqualTo(byId.path("references"));
        JsonNode resolved = get("/schemas/ids/" + click + "?format=resolved", 200);
        assertThat(resolved.has("references")).isFalse();
        assertThat(new Schema.Parser().parse(resolved.path("schema").asText())).isEqualTo(whole);
        String request =
                "{\"schema\":" + JSON.writeValueAsString(CLICK) + ",\"references\":" + byId.path("references") + "}";
        assertThat(call("POST", "/subjects/click?format=resolved", request, 200).path("schema"))
                .isEqualTo(resolved.path("schema"));
        assertThat(register("written-out", whole.toString())).isEqualTo(click);

        assertThat(get("/subjects/place/versions/1/referencedby", 200))
                .isEqualTo(json(site < click ? "[" + site + "," + click + "]" : "[" + click + "," + site + "]"));
        assertThat(get("/subjects/click/versions/latest/referencedby", 200)).isEqualTo(json("[]"));
        assertThat(get("/schemas/ids/" + place, 200).has("references")).isFalse();
    }

    @Test
    void aReferenceMustExistAndMatch() throws Exception {
        assertThat(post("site", SITE, 422, reference("ads.Place", "place", 1))
                        .path("error_code")
                        .asInt())
                .isEqualTo(42201);
        register("place", PLACE);
        assertThat(post("site", SITE, 422, reference("ads.Place", "place", 2))
                        .path("message")
                        .asText())
                .contains("version 2 of subject 'place'");
        post("site", PLACE.replace("country", "region"), 422, reference("ads.Place", "place", 1));
        post("site", SITE, 422, "{\"name\":\"ads.Place\"}");
        assertThat(get("/subjects", 200)).isEqualTo(json("[\"place\"]"));
    }

    @Test
    void aReferencedVersionCannotBeDeleted() throws Exception {
        register("place", PLACE);
        with("site", SITE, "ads.Place", "place", 1);
        JsonNode refusal = assertFails("DELETE", "/subjects/place/versions/1", null, 422, 42206);
        assertThat(refusal.path("message").asText()).contains("version 1 of subject 'place'");
        assertFails("DELETE", "/subjects/place", null, 422, 42206);

        call("DELETE", "/subjects/site", null, 200);
        call("DELETE", "/subjects/place", null, 200);
        assertFails("DELETE", "/subjects/place?permanent=true", null, 422, 42206);
        call("DELETE", "/subjects/site?permanent=true", null, 200);
        call("DELETE", "/subjects/place?permanent=true", null, 200);
    }

    @Test
    void compatibilityIsCheckedOnTheInlinedSchema() throws Exception {
        register("place", PLACE);
        setLevel("/config/place", "NONE");
        register("place", PLACE.replace("\"string\"", "\"int\""));
        with("site", SITE, "ads.Place", "place", 1);
        JsonNode refusal = post("site", SITE, 409, reference("ads.Place", "place", 2));
        assertThat(refusal.path("message").asText()).contains("ads.Site.place.country");
    }

    @Test
    void aConcurrentReferenceAndDeletionDoNotBothSucceed() throws Exception {
        for (int i = 0; i < 10; i++) {
            String place = "place" + i;
            register(place, PLACE);
            String request = request(SITE.replace("Site", "Site" + i), reference("ads.Place", place, 1));
            CompletableFuture<Integer> registered = CompletableFuture.supplyAsync(
                    () -> status("POST", "/subjects/site" + place + "/versions", request));
            int deleted = status("DELETE", "/subjects/" + place, null);
            assertThat(registered.get() == 200 ^ deleted == 200)
                    .as("registration " + registered.get() + ", deletion " + deleted)
                    .isTrue();
        }
    }

    @Test
    void aDeletedVersionCannotBeReferenced() throws Exception {
        register("place", PLACE);
        with("site", SITE, "ads.Place", "place", 1);
        call("DELETE", "/subjects/site", null, 200);
        call("DELETE", "/subjects/place", null, 200);
        post("site", SITE, 422, reference("ads.Place", "place", 1));
        assertThat(get("/subjects/place/versions/1/referencedby?deleted=true", 200))
                .hasSize(1);
    }

    @Test
    void aSubjectWhoseVersionsReferenceEachOtherIsDeletedAsAWhole() throws Exception {
        setLevel("/config/all", "NONE");
        register("all", PLACE);
        with("all", SITE, "ads.Place", "all", 1);
        assertFails("DELETE", "/subjects/all/versions/1", null, 422, 42206);
        assertThat(call("DELETE", "/subjects/all", null, 200)).isEqualTo(json("[1,2]"));
        assertThat(call("DELETE", "/subjects/all?permanent=true", null, 200)).isEqualTo(json("[1,2]"));
        assertThat(get("/subjects?deleted=true", 200)).isEmpty();
    }

    @Test
    void versionsAreReadWithReferencedTypesInlinedAndReferrersByPage() throws Exception {
        register("place", PLACE);
        int site = with("site", SITE, "ads.Place", "place", 1);
        String inlined = get("/subjects/site/versions/1?format=resolved", 200)
                .path("schema")
                .asText();
        assertThat(SchemaId.of(new Schema.Parser().parse(inlined))).isEqualTo(site);
        assertThat(get("/subjects/place/versions/1/referencedby?limit=1", 200)).isEqualTo(json("[" + site + "]"));
        assertThat(get("/subjects/place/versions/1/referencedby?offset=1", 200)).isEmpty();
        assertThat(get("/schemas/ids/" + site + "/subjects?offset=1", 200)).isEmpty();
        assertThat(get("/schemas/ids/" + site + "/versions?limit=1", 200)).hasSize(1);
    }

    private int status(String method, String path, String body) {
        try {
            return send(method, path, body).statusCode();
        } catch (Exception e) {
            throw new AssertionError(method + " " + path + " received no response", e);
        }
    }

    private int with(String subject, String schema, String name, String referred, int version) throws Exception {
        return post(subject, schema, 200, reference(name, referred, version))
                .path("id")
                .asInt();
    }

    private JsonNode post(String subject, String schema, int status, String... references) throws Exception {
        return call("POST", "/subjects/" + subject + "/versions", request(schema, references), status);
    }

    private static String request(String schema, String... references) throws JsonProcessingException {
        return JSON.createObjectNode()
                .put("schema", schema)
                .set("references", json("[" + String.join(",", references) + "]"))
                .toString();
    }

    private static String reference(String name, String subject, int version) {
        return "{\"name\":\"" + name + "\",\"subject\":\"" + subject + "\",\"version\":" + version + "}";
    }
}
