package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Lists with filters and pages, and metadata of the registry. */
class ListingTest extends ApiTest {
    private static final String INT = "\"int\"";
    private static final String SPACIOUS =
            "{ \"name\": \"R\", \"type\": \"record\", \"namespace\": \"ads\", \"fields\": [] }";

    @Test
    void subjectsAreFoundByPrefixAndPage() throws Exception {
        for (String subject : new String[] {"eu.clicks", "eu.tags", "us.clicks", "e_"}) {
            register(subject, INT);
        }
        assertThat(get("/subjects?subjectPrefix=eu.", 200)).isEqualTo(json("[\"eu.clicks\",\"eu.tags\"]"));
        assertThat(get("/subjects?subjectPrefix=e_", 200)).isEqualTo(json("[\"e_\"]"));
        assertThat(get("/subjects?subjectPrefix=:*:", 200)).hasSize(4);
        assertThat(get("/subjects?subjectPrefix=:.:us", 200)).isEqualTo(json("[\"us.clicks\"]"));
        assertThat(get("/subjects?offset=1&limit=2", 200)).isEqualTo(json("[\"eu.clicks\",\"eu.tags\"]"));
        assertThat(get("/subjects?offset=0&limit=-1", 200)).hasSize(4);
        assertFails("GET", "/subjects?limit=many", null, 400, 400);
        assertThat(get("/subjects/:.:us.clicks/versions", 200)).isEqualTo(json("[1]"));
        assertFails("GET", "/subjects/:.other:us.clicks/versions", null, 404, 40401);
    }

    @Test
    void schemasAreListedWithTheirVersions() throws Exception {
        register("a", INT);
        register("a", "\"long\"");
        register("b", INT);
        assertThat(get("/schemas", 200)).hasSize(3);
        JsonNode latest = get("/schemas?latestOnly=true", 200);
        assertThat(latest).hasSize(2);
        assertThat(latest.path(0).path("version").asInt()).isEqualTo(2);
        call("DELETE", "/subjects/a/versions/2", null, 200);
        assertThat(get("/schemas?subjectPrefix=a&latestOnly=true", 200)
                        .path(0)
                        .path("version")
                        .asInt())
                .isEqualTo(1);
        assertThat(get("/schemas?deleted=true&limit=2", 200)).hasSize(2);
        assertThat(get("/schemas?deletedOnly=true", 200)).hasSize(1);
    }

    @Test
    void aSchemaIsReturnedAlone() throws Exception {
        int id = register("things", INT);
        assertThat(send("GET", "/schemas/ids/" + id + "/schema", null).body()).isEqualTo(INT);
        assertThat(send("GET", "/subjects/things/versions/1/schema", null).body())
                .isEqualTo(INT);
        assertThat(get("/schemas/ids/" + id + "/subjects", 200)).isEqualTo(json("[\"things\"]"));
        assertThat(get("/schemas/ids/" + id + "/versions?subject=others", 200)).isEqualTo(json("[]"));
        assertThat(get("/schemas/ids/" + id + "?fetchMaxId=true", 200)
                        .path("maxId")
                        .asInt())
                .isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void normalizeStoresASortedFormAndChangesNoId() throws Exception {
        int id = call("POST", "/subjects/things/versions?normalize=true", body(SPACIOUS), 200)
                .path("id")
                .asInt();
        assertThat(get("/schemas/ids/" + id, 200).path("schema").asText())
                .isEqualTo("{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"ads\",\"fields\":[]}");
        assertThat(register("others", SPACIOUS)).isEqualTo(id);
        call("POST", "/subjects/things?normalize=true", body(SPACIOUS), 200);
    }

    @Test
    void theRegistryReportsItsMetadata() throws Exception {
        assertThat(get("/schemas/types", 200)).isEqualTo(json("[\"AVRO\"]"));
        assertThat(get("/contexts", 200)).isEqualTo(json("[\".\"]"));
        JsonNode id = get("/v1/metadata/id", 200);
        UUID.fromString(id.at("/scope/clusters/schema-registry-cluster").asText());
        try (SchemaRegistryServer other = new SchemaRegistryServer(settings()).start()) {
            assertThat(json(send("GET", other.url(), "/v1/metadata/id", null).body()))
                    .isEqualTo(id);
        }
        assertFails("DELETE", "/contexts", null, 405, 405);
    }

    @Test
    void requestsAndResponsesMayBePlainJson() throws Exception {
        for (String type : new String[] {"application/json", "application/vnd.schemaregistry.v1+json; charset=utf-8"}) {
            assertThat(send("POST", server.url(), "/subjects/things/versions", body(INT), "Content-Type", type)
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(send(
                                "POST",
                                server.url(),
                                "/subjects/things/versions",
                                body(INT),
                                "Content-Type",
                                "application/x-www-form-urlencoded")
                        .statusCode())
                .isEqualTo(415);
        assertThat(send("GET", server.url(), "/subjects", null, "Accept", "application/json")
                        .headers()
                        .firstValue("Content-Type"))
                .contains("application/json");
    }
}
