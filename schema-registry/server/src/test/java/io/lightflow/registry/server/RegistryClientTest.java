package io.lightflow.registry.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.registry.client.ClientTlsSettings;
import io.lightflow.registry.client.Credentials;
import io.lightflow.registry.client.RegisteredSchema;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.registry.client.RegistryUnavailableException;
import io.lightflow.registry.client.SchemaId;
import io.lightflow.registry.client.SchemaNotFoundException;
import io.lightflow.registry.client.SchemaRegistryClient;
import io.lightflow.registry.client.SchemaRejectedException;
import io.lightflow.registry.client.UnexpectedResponseException;
import io.lightflow.registry.server.access.RegistryAccount;
import io.lightflow.registry.server.access.RegistryRole;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.access.TokenHash;
import io.lightflow.service.test.TestKeyStore;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lightflow's client works with the real server, not only with a stub. */
class RegistryClientTest extends ApiTest {
    private static final String PASSWORD = "password-of-the-reader";
    private static final String TOKEN = "token-of-the-writer";
    private static final Credentials READER = Credentials.basic("reader", PASSWORD);
    private static final Credentials WRITER = Credentials.bearer(TOKEN);
    private static final Schema PLACE =
            SchemaBuilder.record("ads.Place").fields().requiredString("country").endRecord();

    @Override
    RegistryServerSettings settings() throws SQLException {
        return database.settings()
                .withAccess(new Accounts<>(List.of(
                        new RegistryAccount("reader", TokenHash.ofPassword("reader", PASSWORD), RegistryRole.READ),
                        new RegistryAccount("writer", TokenHash.of(TOKEN), RegistryRole.WRITE))));
    }

    @Test
    void readersCannotRegisterAndGetAReason() {
        SchemaRegistryClient writer = client(WRITER, server.url());
        SchemaRegistryClient reader = client(READER, server.url());

        int id = writer.register("places", PLACE);

        assertThat(id).isEqualTo(SchemaId.of(PLACE));
        assertThat(reader.schemaById(id)).isEqualTo(PLACE);
        assertThat(reader.latest("places")).isEqualTo(new RegisteredSchema("places", 1, id, PLACE));
        assertThatThrownBy(() -> reader.register("others", PLACE))
                .isInstanceOf(UnexpectedResponseException.class)
                .hasMessageContaining("Registering schema ads.Place as subject others")
                .hasMessageContaining("found reader with the role read")
                .hasMessageContaining("Check the credentials in the settings")
                .hasMessageNotContaining(PASSWORD);
        for (Credentials stranger : List.of(
                Credentials.NONE, Credentials.basic("reader", "something else"), Credentials.bearer(PASSWORD))) {
            assertThatThrownBy(() -> client(stranger, server.url()).schemaById(id))
                    .isInstanceOf(UnexpectedResponseException.class)
                    .hasMessageContaining("HTTP 401")
                    .hasMessageContaining("Check the credentials in the settings")
                    .hasMessageNotContaining(PASSWORD);
        }
    }

    @Test
    void missingAndIncompatibleSchemasHaveTheirOwnExceptions() {
        SchemaRegistryClient client = client(WRITER, server.url());
        Schema incompatible =
                SchemaBuilder.record("ads.Place").fields().requiredInt("region").endRecord();
        client.register("places", PLACE);

        assertThatThrownBy(() -> client.schemaById(SchemaId.of(incompatible)))
                .isInstanceOf(SchemaNotFoundException.class);
        assertThatThrownBy(() -> client.latest("nothing")).isInstanceOf(SchemaNotFoundException.class);
        assertThatThrownBy(() -> client.register("places", incompatible))
                .isInstanceOfSatisfying(SchemaRejectedException.class, e -> assertThat(e.errorCode())
                        .isEqualTo(40901))
                .hasMessageContaining("ads.Place.region");
    }

    @Test
    void overTlsClientsThatTrustTheCertificateAreServed(@TempDir Path folder) throws Exception {
        Path keys = TestKeyStore.create(folder, PASSWORD);
        try (SchemaRegistryServer secure = new SchemaRegistryServer(
                        settings().withTls(new io.lightflow.service.http.ServerTlsSettings(keys, PASSWORD)))
                .start()) {
            RegistryClientSettings settings = clientSettings(WRITER, secure.url());
            SchemaRegistryClient trusting =
                    new SchemaRegistryClient(settings.withTls(ClientTlsSettings.trusting(keys, PASSWORD)));

            int id = trusting.register("places", PLACE);

            assertThat(trusting.latest("places").id()).isEqualTo(id);
            assertThatThrownBy(() -> new SchemaRegistryClient(settings).schemaById(id))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("SSLHandshakeException");
        }
    }

    @Test
    void aSchemaIsReadWithItsReferencedTypes() throws Exception {
        client(WRITER, server.url()).register("places", PLACE);
        String site =
                "{\"type\":\"record\",\"name\":\"ads.Site\",\"fields\":[{\"name\":\"place\",\"type\":\"ads.Place\"}]}";
        String request = JSON.createObjectNode()
                .put("schema", site)
                .set("references", json("[{\"name\":\"ads.Place\",\"subject\":\"places\",\"version\":1}]"))
                .toString();
        int id = json(send(
                                "POST",
                                server.url(),
                                "/subjects/sites/versions",
                                request,
                                "Authorization",
                                "Bearer " + TOKEN)
                        .body())
                .path("id")
                .asInt();

        Schema found = client(READER, server.url()).schemaById(id);

        assertThat(found.getField("place").schema()).isEqualTo(PLACE);
        assertThat(SchemaId.of(found)).isEqualTo(id);
        assertThat(client(READER, server.url()).latest("sites").schema()).isEqualTo(found);
    }

    @Test
    void anotherServerOfTheDatabaseTakesOverAndTheCacheWhenAllAreUnavailable() throws Exception {
        URI first = server.url();
        SchemaRegistryClient client;
        int place;
        int later;
        try (SchemaRegistryServer other = new SchemaRegistryServer(settings()).start()) {
            client = client(WRITER, first, other.url());
            place = client.register("places", PLACE);

            server.close();

            later = client.register("later", Schema.create(Schema.Type.LONG));
            assertThat(client.latest("places").id()).isEqualTo(place);
            assertThat(client(READER, first, other.url()).schemaById(place)).isEqualTo(PLACE);
        }
        assertThat(client.schemaById(place)).isEqualTo(PLACE);
        assertThat(client.register("later", Schema.create(Schema.Type.LONG))).isEqualTo(later);
        assertThat(client.latest("places").id()).isEqualTo(place);
        Schema compiledIn = Schema.create(Schema.Type.INT);
        assertThat(client.schemaById(client.preload(compiledIn))).isEqualTo(compiledIn);
        assertThatThrownBy(() -> client.register("places", compiledIn))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("none of [" + first);
    }

    private static SchemaRegistryClient client(Credentials credentials, URI... urls) {
        return new SchemaRegistryClient(clientSettings(credentials, urls));
    }

    private static RegistryClientSettings clientSettings(Credentials credentials, URI... urls) {
        return RegistryClientSettings.of(List.of(urls))
                .withCredentials(credentials)
                .withRounds(2, Duration.ofMillis(10));
    }
}
