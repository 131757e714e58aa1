package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.registry.client.SchemaId;
import java.sql.SQLException;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry of the former version keeps its schemas and settings, and its servers can change nothing any more. */
class MigrationTest extends ApiTest {
    @Override
    @BeforeEach
    void start() throws SQLException {
        database.createEmpty();
        RegistryServerSettings settings = settings();
        Flyway.configure(MigrationTest.class.getClassLoader())
                .dataSource(settings.jdbcUrl(), settings.user(), null)
                .schemas("registry")
                .locations("classpath:io/lightflow/registry/migrations")
                .target("2")
                .load()
                .migrate();
        Schema schema = new Schema.Parser().parse("\"int\"");
        database.execute("INSERT INTO registry.schemas (id, fingerprint, schema) VALUES (" + SchemaId.of(schema)
                + ", '\\x" + hex(SchemaId.fingerprint(schema)) + "', '\"int\"');"
                + "INSERT INTO registry.subjects (name) VALUES ('things');"
                + "INSERT INTO registry.versions (subject, version, schema_id) VALUES ('things', 1, "
                + SchemaId.of(schema) + ");"
                + "INSERT INTO registry.compatibility VALUES ('things', 'FULL'), ('', 'NONE');"
                + "INSERT INTO registry.modes VALUES ('others', 'READONLY')");
        server = new SchemaRegistryServer(settings).start();
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void versionsLevelsAndModesAreKept() throws Exception {
        assertThat(get("/subjects/things/versions/1", 200).path("schema").asText())
                .isEqualTo("\"int\"");
        assertThat(register("things", "\"int\"")).isEqualTo(SchemaId.of(new Schema.Parser().parse("\"int\"")));
        assertThat(get("/config/things", 200)).isEqualTo(json("{\"compatibilityLevel\":\"FULL\"}"));
        assertThat(get("/config", 200)).isEqualTo(json("{\"compatibilityLevel\":\"NONE\"}"));
        assertThat(get("/mode/others", 200)).isEqualTo(json("{\"mode\":\"READONLY\"}"));
        assertThat(get("/mode", 200)).isEqualTo(json("{\"mode\":\"READWRITE\"}"));
    }

    @Test
    void theFormerVersionCannotWriteAnyMore() {
        assertThatThrownBy(() -> database.execute("SELECT mode FROM registry.modes WHERE subject IN ('', 'things')"))
                .hasMessageContaining("registry.modes");
        assertThatThrownBy(() -> database.execute(
                        "INSERT INTO registry.schemas (id, fingerprint, schema) VALUES (7, sha256('x'), '\"long\"')"))
                .hasMessageContaining("schema_fingerprint");
    }
}
