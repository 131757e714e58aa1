package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Registries of two separated data centers exchange their schemas, and nothing is overwritten. */
class SyncTest extends ApiTest {
    private static final String PLACE = record("Place", "\"string\"");
    private static final String SITE = record("Site", "\"Place\"");

    private SchemaRegistryServer other;

    private record Run(int exitCode, String output) {}

    @BeforeEach
    void startOther() throws Exception {
        other = new SchemaRegistryServer(database.another()).start();
    }

    @AfterEach
    void stopOther() {
        other.close();
    }

    @Test
    void aSyncCopiesVersionsWithTheirNumbersAndASecondRunCopiesNothing() throws Exception {
        register("zebra", PLACE);
        int site = registerSite("apple", "zebra");
        register("old-place", PLACE.replace("Place", "OldPlace"));
        registerSite("old-site", "old-place");
        call("DELETE", "/subjects/old-site", null, 200);
        call("DELETE", "/subjects/old-place", null, 200);
        register("gap", "\"int\"");
        register("gap", "\"long\"");
        register("gap", "\"float\"");
        call("DELETE", "/subjects/gap/versions/2", null, 200);
        call("DELETE", "/subjects/gap/versions/2?permanent=true", null, 200);
        call("DELETE", "/subjects/gap/versions/1", null, 200);
        setLevel("/config/gap", "FULL_TRANSITIVE");
        call(
                "POST",
                "/subjects/:.staging:tags/versions",
                "{\"schema\":\"\\\"int\\\"\",\"metadata\":{\"properties\":{\"owner\":\"ads\"}},\"ruleSet\":"
                        + "{\"domainRules\":[{\"name\":\"r\",\"type\":\"CEL\",\"expr\":\"true\"}]}}",
                200);
        call("PUT", "/config/:.staging:tags", "{\"alias\":\"labels\",\"compatibility\":\"NONE\"}", 200);

        assertThat(sync("--dry-run").output()).contains("7 to be copied");
        assertThat(all(other)).isEmpty();
        Run run = sync();
        assertThat(run.output()).contains("0 versions the same, 7 copied", "2 settings copied", "0 conflicts");
        assertThat(run.exitCode()).isZero();
        assertThat(all(other)).isEqualTo(all(server));
        assertThat(request(other, "/schemas/ids/" + site).path("references")).hasSize(1);
        assertThat(request(other, "/config/gap")).isEqualTo(get("/config/gap", 200));
        assertThat(request(other, "/config/:.staging:tags")).isEqualTo(get("/config/:.staging:tags", 200));
        assertThat(sync()).isEqualTo(new Run(0, summary(7, 0)));
    }

    @Test
    void aDivergedSubjectIsReportedAndStaysButItsSchemasAreStoredById() throws Exception {
        register("clicks", "\"int\"");
        int ours = register("clicks", "\"long\"");
        int theirsFirst = registerAtOther("clicks", "\"int\"");
        int theirs = registerAtOther("clicks", "\"float\"");
        JsonNode before = all(other);

        Run run = sync();
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output())
                .contains("CONFLICT version 2 of clicks: schema " + ours + " in " + server.url() + ", schema " + theirs
                        + " in " + other.url());
        assertThat(run.output()).contains("1 versions the same", "1 schemas stored by id", "1 conflicts");
        assertThat(all(other)).isEqualTo(before);
        assertThat(request(other, "/schemas/ids/" + ours).path("schema").asText())
                .isEqualTo("\"long\"");
        assertThat(theirsFirst).isNotEqualTo(theirs);
        assertThat(sync().exitCode()).isEqualTo(1);
    }

    @Test
    void deletionsOnOneSideAndDifferentLevelsAreConflicts() throws Exception {
        register("clicks", "\"int\"");
        registerAtOther("clicks", "\"int\"");
        call("DELETE", "/subjects/clicks", null, 200);
        register("tags", "\"int\"");
        setLevel("/config/tags", "NONE");
        send("PUT", other.url(), "/config/tags", "{\"compatibility\":\"FULL\"}");
        // The same schema with another number: only one version may be active.
        register("moved", "\"int\"");
        registerAtOther("moved", "\"string\"");
        registerAtOther("moved", "\"bytes\"");
        registerAtOther("moved", "\"int\"");

        Run run = sync();
        assertThat(run.output())
                .contains("CONFLICT version 1 of clicks: deleted in")
                .contains("CONFLICT settings of subject tags: {\"compatibilityLevel\":\"NONE\"} in")
                .contains("CONFLICT version 1 of moved: schema");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void anUnavailableOrIdenticalRegistryIsAnErrorAndNoConflict() {
        assertThat(run(
                                "sync",
                                "--from",
                                "http://127.0.0.1:1",
                                "--to",
                                other.url().toString())
                        .exitCode())
                .isEqualTo(3);
        Run same = run("sync", "--from", server.url().toString(), "--to", server.url() + "/");
        assertThat(same.exitCode()).isEqualTo(3);
        assertThat(same.output()).contains("share a database");
        assertThat(run("sync", "--from", "ftp://x", "--to", "http://x").exitCode())
                .isEqualTo(2);
        assertThat(run("sync", "--from", "http://x", "--to", "http://x", "--to-user", "u")
                        .exitCode())
                .isEqualTo(2);
    }

    private int registerSite(String subject, String place) throws Exception {
        String type = place.equals("zebra") ? "Place" : "OldPlace";
        String schema = JSON.writeValueAsString(SITE.replace("Place", type).replace("Site", "Site" + type));
        String reference = "{\"name\":\"" + type + "\",\"subject\":\"" + place + "\",\"version\":1}";
        return call(
                        "POST",
                        "/subjects/" + subject + "/versions",
                        "{\"schema\":" + schema + ",\"references\":[" + reference + "]}",
                        200)
                .path("id")
                .asInt();
    }

    private Run sync(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "sync", "--from", server.url().toString(), "--to", other.url().toString()));
        arguments.addAll(List.of(options));
        return run(arguments.toArray(String[]::new));
    }

    private static Run run(String... arguments) {
        StringWriter output = new StringWriter();
        CommandLine command =
                RegistryMain.commandLine().setOut(new PrintWriter(output)).setErr(new PrintWriter(output, true));
        int exitCode = command.execute(arguments);
        return new Run(exitCode, output.toString());
    }

    private static String summary(int same, int copied) {
        return same + " versions the same, " + copied
                + " copied, 0 schemas stored by id, 0 settings copied, 0 conflicts"
                + System.lineSeparator();
    }

    private int registerAtOther(String subject, String schema) throws Exception {
        send("PUT", other.url(), "/config/" + subject, "{\"compatibility\":\"NONE\"}");
        int id = json(send("POST", other.url(), "/subjects/" + subject + "/versions", body(schema))
                        .body())
                .path("id")
                .asInt();
        send("DELETE", other.url(), "/config/" + subject, null);
        return id;
    }

    private JsonNode all(SchemaRegistryServer registry) throws Exception {
        JsonNode versions = request(registry, "/schemas?subjectPrefix=:*:&deleted=true");
        // Each registry has its own time of registration.
        versions.forEach(version -> ((ObjectNode) version).remove("ts"));
        return versions;
    }

    private JsonNode request(SchemaRegistryServer registry, String path) throws Exception {
        return json(send("GET", registry.url(), path, null).body());
    }

    private static String record(String name, String type) {
        return "{\"type\":\"record\",\"name\":\"" + name + "\",\"fields\":[{\"name\":\"a\",\"type\":" + type + "}]}";
    }
}
