package io.lightflow.deploy.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.embedded.EmbeddedZooKeeper;
import io.lightflow.deploy.local.StackFolder.Server;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.registry.client.SchemaRegistryClient;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.KafkaSection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder of a stack gives settings whose addresses work, whether the stack runs or not. */
class StackFolderTest {
    @TempDir
    private Path data;

    private static GroupSettings settings(String kafka, URI registry, String jdbcUrl, String zookeeper) {
        return GroupSettings.parse("""
                group: us
                dataCenters: [one]
                shards: 2
                kafka: {bootstrapServers: "%s"}
                fronts: {one: {bootstrapServers: "127.0.0.1:1"}}
                registry: {urls: ["%s"]}
                postgres: {url: "%s", user: postgres}
                zookeeper: {connect: "%s"}
                store: {rocksdb: {directory: /unused}}
                join: {orphanAfter: 7h}
                """.formatted(kafka, registry, jdbcUrl, zookeeper));
    }

    @Test
    void theAddressesOfItsSettingsWorkWhetherTheStackRunsOrNot() throws Exception {
        Schema schema = SchemaBuilder.record("OfAProducer").fields().endRecord();
        int schemaId;
        try (EmbeddedKafka kafka = new EmbeddedKafka(data.resolve("kafka-central"));
                EmbeddedZooKeeper zookeeper = new EmbeddedZooKeeper(data.resolve("zookeeper"));
                EmbeddedPostgresServer postgres = new EmbeddedPostgresServer(data.resolve("postgres"))) {
            kafka.start();
            kafka.createTopic("kept", 1, Map.of());
            zookeeper.start();
            postgres.start();
            try (LocalRegistry registry = new LocalRegistry(postgres.jdbcUrl())) {
                registry.start();
                schemaId = new SchemaRegistryClient(RegistryClientSettings.of(registry.url()))
                        .register("OfAProducer", schema);
                GroupSettings ofStack = settings(
                        kafka.bootstrapServers(), registry.url(), postgres.jdbcUrl(), zookeeper.connectString());
                StackFolder.write(data, ofStack);

                try (StackFolder folder = StackFolder.open(data)) {
                    assertThat(folder.groups()).containsExactly("us");
                    assertThat(folder.settings("us", EnumSet.complementOf(EnumSet.of(Server.FRONT_KAFKAS))))
                            .contains(ofStack);
                }
            }
        }

        try (StackFolder folder = StackFolder.open(data)) {
            assertThat(folder.settings("us", Set.of()).orElseThrow().join().orphanAfter())
                    .hasHours(7);
            GroupSettings found =
                    folder.settings("us", EnumSet.allOf(Server.class)).orElseThrow();
            try (Connection connection =
                    DriverManager.getConnection(found.postgres().url())) {
                assertThat(connection.isValid(1)).isTrue();
            }
            assertThat(RegistrySchemas.connect(found.registry()).byId(schemaId)).isEqualTo(schema);
            assertThat(topics(found.kafka())).contains("kept");
            assertThat(topics(found.fronts().get("one").kafka())).doesNotContain("kept");
            String[] zookeeper = found.zookeeper().connect().split(":", 2);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(zookeeper[1]))) {
                assertThat(socket.isConnected()).isTrue();
            }
            assertThat(found.join().orphanAfter()).hasHours(7);
        }
        assertThat(EmbeddedPostgresServer.jdbcUrlOfRunning(data.resolve("postgres")))
                .isEmpty();
        assertThat(EmbeddedKafka.bootstrapServersOfRunning(data.resolve("kafka-central")))
                .isEmpty();
        assertThat(EmbeddedZooKeeper.connectStringOfRunning(data.resolve("zookeeper")))
                .isEmpty();
    }

    private static Set<String> topics(KafkaSection cluster) throws Exception {
        try (Admin admin = new KafkaClients(cluster).admin("folder-test")) {
            return admin.listTopics().names().get();
        }
    }

    @Test
    void aFolderOfAnOlderVersionHasNoSettings() throws Exception {
        Files.createDirectory(data.resolve("postgres"));
        try (StackFolder folder = StackFolder.open(data)) {
            assertThat(folder.groups()).isEmpty();
            assertThat(folder.settings("us", Set.of(Server.CENTRAL_KAFKA))).isEmpty();
        }
        assertThat(data.resolve("kafka-central")).doesNotExist();
    }

    @Test
    void anotherFolderIsRefused() {
        assertThatThrownBy(() -> StackFolder.open(data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a folder that `lightflow up --data " + data + "` has filled");
    }
}
