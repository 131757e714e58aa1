package io.lightflow.deploy.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.deploy.embedded.EmbeddedZooKeeper;
import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.mirror.DataCenter;
import io.lightflow.mirror.KafkaCluster;
import io.lightflow.mirror.Mirror;
import io.lightflow.mirror.MirrorSettings;
import io.lightflow.producer.LightEvents;
import io.lightflow.producer.LightEventsSettings;
import io.lightflow.registry.client.ClientTlsSettings;
import io.lightflow.registry.client.Credentials;
import io.lightflow.registry.client.RegistryClientSettings;
import io.lightflow.registry.client.SchemaRegistryClient;
import io.lightflow.registry.server.RegistrySettingsFile;
import io.lightflow.registry.server.SchemaRegistryServer;
import io.lightflow.topology.Main;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.KafkaSection;
import io.lightflow.topology.submit.GroupPreparation;
import io.lightflow.topology.trident.TridentTopologies;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.storm.Config;
import org.apache.storm.DaemonConfig;
import org.apache.storm.LocalCluster;
import org.apache.storm.generated.KillOptions;
import org.apache.storm.thrift.TSerializer;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole path of events with every server secured: Kafka with SASL_SSL in front and in the center, PostgreSQL with
 * SCRAM and TLS, ZooKeeper with digest and ACLs, the registry with accounts and TLS.
 */
class SecuredPlatformTest {
    private static final String DC = "us-west";
    private static final int SHARDS = 2;
    private static final int EVENTS = 20;
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static final String KEY_PASSWORD = "password-of-the-key-stores";
    private static final String KAFKA_PASSWORD = "password-of-kafka\\with\"quotes";
    private static final String POSTGRES_PASSWORD = "password-of-postgresql";
    private static final String REGISTRY_PASSWORD = "password-of-the-registry";
    private static final String ZOOKEEPER_PASSWORD = "password-of-zookeeper";
    private static final List<String> SECRETS =
            List.of(KEY_PASSWORD, "password-of-kafka", POSTGRES_PASSWORD, REGISTRY_PASSWORD, ZOOKEEPER_PASSWORD);

    @TempDir
    private Path folder;

    private Certificates certificates;
    private GroupSettings settings;
    private Path settingsFile;

    private Path secret(String name, String value) throws Exception {
        return Files.writeString(folder.resolve(name), value + "\n");
    }

    @Test
    @SuppressWarnings("try")
    void eventsAreCountedWithEveryServerSecured() throws Exception {
        certificates = Certificates.create(folder, KEY_PASSWORD);
        try (SecuredKafka front = SecuredKafka.start(folder.resolve("front"), certificates, KEY_PASSWORD);
                SecuredKafka central = SecuredKafka.start(folder.resolve("central"), certificates, KEY_PASSWORD);
                SecuredPostgres postgres = SecuredPostgres.start(folder.resolve("postgres"), certificates);
                EmbeddedZooKeeper zookeeper = new EmbeddedZooKeeper(folder.resolve("zookeeper"))) {
            zookeeper.start();
            front.addUser("lightflow", KAFKA_PASSWORD);
            central.addUser("lightflow", KAFKA_PASSWORD);
            postgres.addUser("lightflow", POSTGRES_PASSWORD);
            createTopics(front, central);
            try (SchemaRegistryServer registry = startRegistry(postgres)) {
                writeSettings(front, central, postgres, registry, zookeeper);
                assertOthersAreRejected(central, postgres, registry);
                GroupPreparation.prepare(settings);
                assertNoSecretIsSubmitted();
                try (Mirror mirror = new Mirror(mirrorSettings(front, central));
                        LocalCluster storm = startStorm(zookeeper)) {
                    mirror.start();
                    submitTopologies(storm);
                    sendEvents(front, registry);
                    await("all clicks are counted", () -> countedClicks(postgres) == EVENTS);
                    assertCommandsWork();
                    assertNodesAreRestricted(zookeeper);
                    killTopologies(storm);
                }
            }
        }
    }

    private static void createTopics(SecuredKafka front, SecuredKafka central) {
        for (EventType type : EventType.values()) {
            front.broker().createTopics(List.of(new NewTopic(type.plural(), SHARDS, (short) 1)));
            central.broker().createTopics(List.of(new NewTopic(type.centralTopic(DC), SHARDS, (short) 1)));
        }
    }

    private SchemaRegistryServer startRegistry(SecuredPostgres postgres) throws Exception {
        Path file = Files.writeString(folder.resolve("registry.yaml"), """
                port: 0
                database:
                  url: "%s"
                  user: lightflow
                  passwordFile: %s
                tls: {keyStore: %s, passwordFile: %s}
                access:
                  - {user: topologies, secretFile: %s, role: write}
                """.formatted(
                        postgres.jdbcUrl(),
                        secret("postgres-password", POSTGRES_PASSWORD),
                        certificates.keyStore(),
                        secret("key-password", KEY_PASSWORD),
                        secret("registry-password", REGISTRY_PASSWORD)));
        return new SchemaRegistryServer(RegistrySettingsFile.read(file, Map.of())).start();
    }

    /** The settings of Kafka's clients, with references to the secrets. */
    private String kafkaProperties() throws Exception {
        return """
                {security.protocol: SASL_SSL, sasl.mechanism: SCRAM-SHA-512, ssl.truststore.type: PKCS12,
                    ssl.truststore.location: "%s", ssl.truststore.password: "${file:%s}",
                    sasl.jaas.config: 'org.apache.kafka.common.security.scram.ScramLoginModule required
                      username="lightflow" password="${file:%s}";'}""".formatted(
                        certificates.trustStore(),
                        secret("key-password", KEY_PASSWORD),
                        secret("kafka-password", KAFKA_PASSWORD));
    }

    private void writeSettings(
            SecuredKafka front,
            SecuredKafka central,
            SecuredPostgres postgres,
            SchemaRegistryServer registry,
            EmbeddedZooKeeper zookeeper)
            throws Exception {
        settingsFile = Files.writeString(folder.resolve("us.yaml"), """
                group: us
                dataCenters: [%s]
                shards: %d
                kafka:
                  bootstrapServers: "%s"
                  properties: %s
                fronts:
                  %s: {bootstrapServers: "%s", properties: %s}
                registry:
                  urls: ["%s"]
                  user: topologies
                  passwordFile: %s
                  tls: {trustStore: %s, trustStorePasswordFile: %s}
                postgres:
                  url: "%s"
                  user: lightflow
                  passwordFile: %s
                zookeeper:
                  connect: "%s"
                  user: topologies
                  passwordFile: %s
                store: {rocksdb: {directory: "%s", blockCacheMb: 8}}
                statistics: {microBatch: 1s}
                """.formatted(
                        DC,
                        SHARDS,
                        central.bootstrapServers(),
                        kafkaProperties(),
                        DC,
                        front.bootstrapServers(),
                        kafkaProperties(),
                        registry.url(),
                        folder.resolve("registry-password"),
                        certificates.trustStore(),
                        folder.resolve("key-password"),
                        postgres.jdbcUrl(),
                        folder.resolve("postgres-password"),
                        zookeeper.connectString(),
                        secret("zookeeper-password", ZOOKEEPER_PASSWORD),
                        folder.resolve("store")));
        settings = GroupSettings.read(settingsFile);
    }

    private void assertOthersAreRejected(
            SecuredKafka central, SecuredPostgres postgres, SchemaRegistryServer registry) {
        Map<String, String> wrong = new HashMap<>(settings.kafka().properties());
        wrong.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"lightflow\""
                        + " password=\"wrong\";");
        try (Admin admin = new KafkaClients(new KafkaSection(central.bootstrapServers(), wrong)).admin("stranger")) {
            assertThatThrownBy(() -> admin.describeCluster().nodes().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("Authentication failed");
        }
        assertThatThrownBy(() -> DriverManager.getConnection(
                        postgres.plainJdbcUrl() + "?sslmode=disable", "lightflow", POSTGRES_PASSWORD))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("no encryption");
        assertThatThrownBy(() -> DriverManager.getConnection(postgres.jdbcUrl(), "lightflow", "wrong"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
        SchemaRegistryClient stranger = new SchemaRegistryClient(RegistryClientSettings.of(registry.url())
                .withTls(ClientTlsSettings.trusting(certificates.trustStore(), KEY_PASSWORD)));
        assertThatThrownBy(() -> stranger.latest("anything")).hasMessageContaining("401");
    }

    private void assertNoSecretIsSubmitted() throws Exception {
        for (TopologyDescriptor topology : Topologies.of(settings)) {
            byte[] submitted = new TSerializer().serialize(TridentTopologies.build(topology, settings, 1));
            String text =
                    new String(submitted, StandardCharsets.ISO_8859_1) + TridentTopologies.config(topology, settings);
            assertThat(text).contains("sasl.jaas.config");
            SECRETS.forEach(secret -> assertThat(text.contains(secret))
                    .as(topology.name() + " contains " + secret)
                    .isFalse());
        }
    }

    private MirrorSettings mirrorSettings(SecuredKafka front, SecuredKafka central) {
        Map<String, String> client = settings.kafka().resolvedProperties();
        return MirrorSettings.local(
                new KafkaCluster(central.bootstrapServers(), client),
                List.of(new DataCenter(DC, new KafkaCluster(front.bootstrapServers(), client))));
    }

    private static LocalCluster startStorm(EmbeddedZooKeeper zookeeper) throws Exception {
        return new LocalCluster.Builder()
                .withSupervisors(1)
                .withPortsPerSupervisor(2)
                .withDaemonConf(Config.STORM_ZOOKEEPER_SERVERS, List.of("127.0.0.1"))
                .withDaemonConf(Config.STORM_ZOOKEEPER_PORT, zookeeper.port())
                .withDaemonConf(Config.STORM_LOCAL_HOSTNAME, "127.0.0.1")
                .withDaemonConf(DaemonConfig.NIMBUS_MONITOR_FREQ_SECS, 1)
                .withDaemonConf(DaemonConfig.SUPERVISOR_MONITOR_FREQUENCY_SECS, 1)
                .withDaemonConf(Config.SUPERVISOR_WORKER_SHUTDOWN_SLEEP_SECS, 0)
                .withDaemonConf(DaemonConfig.STORM_METRIC_STORE_CLASS, "org.apache.storm.metricstore.NoOpMetricStore")
                .build();
    }

    private void submitTopologies(LocalCluster storm) throws Exception {
        for (TopologyDescriptor topology : Topologies.of(settings)) {
            storm.submitTopology(
                    topology.stormName(settings.group()),
                    TridentTopologies.config(topology, settings),
                    TridentTopologies.build(topology, settings, 1));
        }
    }

    private void killTopologies(LocalCluster storm) throws Exception {
        KillOptions atOnce = new KillOptions();
        atOnce.set_wait_secs(0);
        for (TopologyDescriptor topology : Topologies.of(settings)) {
            storm.killTopologyWithOpts(topology.stormName(settings.group()), atOnce);
        }
        await("the topologies are gone", () -> storm.getTopologySummaries().isEmpty());
    }

    private void sendEvents(SecuredKafka front, SchemaRegistryServer registry) {
        try (LightEvents events = LightEvents.open(LightEventsSettings.of(DC, front.bootstrapServers(), SHARDS)
                .withKafka(settings.kafka().resolvedProperties())
                .with(RegistryClientSettings.of(registry.url())
                        .withCredentials(Credentials.basic("topologies", REGISTRY_PASSWORD))
                        .withTls(ClientTlsSettings.trusting(certificates.trustStore(), KEY_PASSWORD))))) {
            for (int i = 0; i < EVENTS; i++) {
                String cookie = "cookie-" + i;
                String impressionId = events.newId(cookie);
                long now = System.currentTimeMillis();
                events.send(
                        cookie,
                        Impression.newBuilder()
                                .setId(impressionId)
                                .setTime(now)
                                .setAdvertiserId("a")
                                .setCampaignId("c")
                                .setCreativeId("x")
                                .setPriceMicros(1)
                                .setCurrency("EUR")
                                .build());
                events.send(
                        cookie,
                        Click.newBuilder()
                                .setId(events.newId(cookie))
                                .setTime(now)
                                .setAdvertiserId("a")
                                .setImpressionId(impressionId)
                                .build());
            }
        }
    }

    private static long countedClicks(SecuredPostgres postgres) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), "lightflow", POSTGRES_PASSWORD);
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT coalesce(sum(clicks), 0) FROM stats_minute")) {
            found.next();
            return found.getLong(1);
        }
    }

    private void assertCommandsWork() {
        for (String command : List.of("show", "pause", "resume")) {
            assertThat(Main.commandLine().execute(command, "--settings", settingsFile.toString()))
                    .as(command)
                    .isZero();
        }
    }

    /** A client without credentials can neither read, change nor delete the group's nodes. */
    private void assertNodesAreRestricted(EmbeddedZooKeeper zookeeper) throws Exception {
        ZooKeeper stranger = new ZooKeeper(zookeeper.connectString(), 10_000, event -> {});
        try {
            for (TopologyDescriptor topology : Topologies.of(settings)) {
                String base = "/lightflow/us/" + topology.name();
                assertThatThrownBy(() -> stranger.getData(base + "/owner", false, null))
                        .isInstanceOf(KeeperException.NoAuthException.class);
                assertThatThrownBy(() -> stranger.setData(base + "/owner", new byte[0], -1))
                        .isInstanceOf(KeeperException.NoAuthException.class);
                assertThatThrownBy(() -> stranger.delete(base + "/owner", -1))
                        .isInstanceOf(KeeperException.NoAuthException.class);
                assertThatThrownBy(() -> stranger.getChildren(base, false))
                        .isInstanceOf(KeeperException.NoAuthException.class);
            }
            assertThat(stranger.getChildren("/lightflow", false)).containsExactly("us");
        } finally {
            stranger.close();
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("within " + LIMIT + ": " + what).isLessThan(end);
            LockSupport.parkNanos(100_000_000);
        }
    }
}
