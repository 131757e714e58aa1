package io.lightflow.topology.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.attribution.Windows;
import io.lightflow.event.EventRules;
import io.lightflow.topology.settings.GroupSettings.Beacons;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong setting is rejected in one line that names the key, before anything is started. */
class GroupSettingsTest {
    static final String GOOD = """
            group: us
            dataCenters: [us-west, us-east]
            shards: 8
            kafka:
              bootstrapServers: 127.0.0.1:9092
              properties:
                sasl.jaas.config: hunter2-of-kafka
            fronts:
              us-west:
                bootstrapServers: 127.0.0.1:9093
                properties: {sasl.password: hunter2-of-front}
            registry:
              urls: ["http://127.0.0.1:8081"]
            postgres:
              url: jdbc:postgresql://127.0.0.1/lightflow?password=hunter2-of-postgres
              user: lightflow
              passwordVariable: LIGHTFLOW_NO_SUCH_VARIABLE
            zookeeper:
              connect: 127.0.0.1:2181
            store:
              rocksdb:
                directory: /var/lib/lightflow/us
            join:
              orphanAfter: 12h
              advertisers:
                "1458":
                  orphanAfter: 1h
                  viewThrough: 1d
            pace:
              emitInterval: 50ms
            dataflow:
              parallelism: 2
            statistics:
              microBatch: 15s
            """;

    static final String AEROSPIKE = """
            aerospike:
                hosts: ["10.0.0.1:3000", "[2001:db8::1]:3000"]
                namespace: lightflow
                set: us-2026
                user: joiner
                passwordVariable: PATH
                tls:
                  name: join.example
                  authorities: /etc/tls/ca.pem
                  keyStore: /etc/tls/client.p12
                  keyStorePasswordVariable: PATH
                rack: 2
                commit: MASTER
                connectTimeout: 500ms
                socketTimeout: 1s
                totalTimeout: 4s
                batchKeys: 500
                batchesInFlight: 8
            """;

    @Test
    void whatIsLeftOutHasTheDocumentedDefault() {
        GroupSettings settings = GroupSettings.parse(GOOD);

        assertThat(settings.pace())
                .isEqualTo(new GroupSettings.Pace(
                        40_000,
                        Duration.ofMillis(50),
                        2,
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(30),
                        Beacons.EXPECTED,
                        DataSize.ofMegabytes(64)));
        assertThat(settings.dataflow()).isEqualTo(new GroupSettings.DataflowSection(2, 1, 1024));
        assertThat(settings.statistics())
                .isEqualTo(new GroupSettings.StatisticsSection(1, 1, 1024, Duration.ofSeconds(15), 100_000));
        assertThat(settings.zookeeper().root()).isEqualTo("/lightflow");
        assertThat(settings.store().rocksdb().blockCacheMb()).isEqualTo(128);
        assertThat(settings.join().allowedDisorder()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.join().farFuture()).isEqualTo(Duration.ofHours(1));
        assertThat(settings.join().maxAmountMicros()).isEqualTo(EventRules.MAX_AMOUNT_MICROS);
    }

    @Test
    void anAdvertisersWindowsTakeWhatTheyLeaveOutFromEverybodys() {
        var rules = GroupSettings.parse(GOOD).join().of("us");

        assertThat(rules.windows())
                .isEqualTo(new Windows(
                        Windows.DEFAULT.impressionLookBack(),
                        Duration.ofHours(12),
                        Windows.DEFAULT.clickLookBack(),
                        Duration.ZERO));
        assertThat(rules.windowsOf("1458"))
                .isEqualTo(new Windows(
                        Windows.DEFAULT.impressionLookBack(),
                        Duration.ofHours(1),
                        Windows.DEFAULT.clickLookBack(),
                        Duration.ofDays(1)));
        assertThat(rules.windowsOf("other")).isEqualTo(rules.windows());
    }

    @Test
    void writtenSettingsAreReadBackAsTheyWere() {
        GroupSettings settings = GroupSettings.parse(withoutSecrets(GOOD));

        assertThat(GroupSettings.parse(settings.toYaml())).isEqualTo(settings);
    }

    @Test
    void secretsAreNotInTheText() {
        assertThat(GroupSettings.parse(GOOD).toString())
                .contains("sasl.jaas.config")
                .doesNotContain("hunter2");
    }

    /** A line of the good settings, what takes its place, and the key that must be named. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    shards: 8                       | shard: 8                        | the key shards is missing
                    shards: 8                       | shards: 0                       | the key shards
                    shards: 8                       | shards: many                    | the key shards
                    shards: 8                       | shards: 2.5                     | the key shards
                    shards: 8                       |                                 | the key shards is missing
                    group: us                       |                                 | the key group is missing
                    group: us                       | group: u.s                      | the key group
                    dataCenters: [us-west, us-east] | dataCenters: []                 | the key dataCenters
                    dataCenters: [us-west, us-east] | dataCenters: [us-west, ~]       | the key dataCenters
                    dataCenters: [us-west, us-east] | dataCenters: [us-west, us-west] | the key dataCenters
                    dataCenters: [us-west, us-east] | dataCenters: [us west]          | the key dataCenters
                    bootstrapServers: 127.0.0.1:9092 | bootstrap: 127.0.0.1:9092 | kafka.bootstrapServers is missing
                    bootstrapServers: 127.0.0.1:9092 |  | kafka.bootstrapServers is missing
                    sasl.jaas.config: hunter2-of-kafka | sasl.jaas.config: | kafka.properties.sasl.jaas.config
                    us-west: | us-north: | fronts.us-north names no data center
                    bootstrapServers: 127.0.0.1:9093 |  | fronts.us-west.bootstrapServers is missing
                    bootstrapServers: 127.0.0.1:9093 | servers: 127.0.0.1:9093 | fronts.us-west.servers is unknown
                    user: lightflow                 |                                 | the key postgres.user is missing
                    user: lightflow                 | user: [lightflow]               | the key postgres.user
                    urls: ["http://127.0.0.1:8081"] | urls: ["no url"]                | the key registry.urls
                    urls: ["http://127.0.0.1:8081"] | urls: []                        | the key registry.urls
                    orphanAfter: 12h                | orphanAfter: 12                 | the key join.orphanAfter
                    orphanAfter: 12h                | orphanAfter: 12 hours           | the key join.orphanAfter
                    orphanAfter: 12h                | orphanAfter: 4000d              | join.orphanAfter
                    orphanAfter: 12h                | allowedDisorder: 2h             | join.allowedDisorder
                    orphanAfter: 12h                | rowCap: 0                       | the key join.rowCap
                    orphanAfter: 1h | orphanAfter: 1x | join.advertisers.1458.orphanAfter
                    orphanAfter: 1h | orphanAfter: 999d | join.advertisers.1458.orphanAfter
                    orphanAfter: 1h | clickLookBack: 0s | join.advertisers.1458.clickLookBack
                    orphanAfter: 1h | orphan: 1h | join.advertisers.1458.orphan is unknown
                    emitInterval: 50ms              | emitInterval: 50                | the key pace.emitInterval
                    emitInterval: 50ms              | emitInterval: 2m                | the key pace.emitInterval
                    emitInterval: 50ms              | emitInterval: 999999999999d     | the key pace.emitInterval
                    emitInterval: 50ms              | beacons: MAYBE                  | the key pace.beacons
                    emitInterval: 50ms              | pollRecords: -1                 | the key pace.pollRecords
                    parallelism: 2                  | parallelism: two                | the key dataflow.parallelism
                    parallelism: 2 | workers: 2 | dataflow.workers must be 1 with store.rocksdb
                    microBatch: 15s                 | microBatch: 500ms               | the key statistics.microBatch
                    microBatch: 15s                 | microbatch: 15s                 | statistics.microbatch is unknown
                    connect: 127.0.0.1:2181         | root: /x                        | zookeeper.connect is missing
                    group: us                       | "group: us\\nshards: 9"         | shards
                    group: us                       | 'group: "us'                    | YAML
                    """)
    void whatIsWrongIsToldInOneLineThatNamesTheKey(String line, String instead, String named) {
        String text = instead == null ? "" : instead.replace("\"group: us\\nshards: 9\"", "group: us\nshards: 9");
        String yaml = GOOD.replace(line, text);
        assertThat(yaml).isNotEqualTo(GOOD);

        assertThatThrownBy(() -> GroupSettings.parse(yaml))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(named)
                .message()
                .doesNotContain("\n")
                .doesNotContain("hunter2");
    }

    @Test
    void anAerospikeClusterNeedsNoMoreThanAHostAndANamespace() {
        GroupSettings settings = GroupSettings.parse(withoutSecrets(withStore("""
                aerospike:
                    hosts: ["10.0.0.1:3000"]
                    namespace: lightflow
                """)));

        assertThat(settings.store().rocksdb()).isNull();
        assertThat(settings.store().aerospike())
                .isEqualTo(AerospikeCluster.of("10.0.0.1:3000", "lightflow").withSet("us"));
        assertThat(settings.store().aerospike())
                .isEqualTo(new AerospikeCluster(
                        List.of("10.0.0.1:3000"),
                        "lightflow",
                        "us",
                        null,
                        null,
                        null,
                        null,
                        null,
                        AerospikeCluster.Replica.SEQUENCE,
                        AerospikeCluster.Commit.ALL,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        2_000,
                        4));
        assertThat(GroupSettings.parse(settings.toYaml())).isEqualTo(settings);
    }

    @Test
    void aClusterOfAerospikeIsReadAndWrittenWithoutItsSecrets() {
        GroupSettings settings = GroupSettings.parse(withoutSecrets(withStore(AEROSPIKE)));
        AerospikeCluster cluster = settings.store().aerospike();

        assertThat(cluster)
                .isEqualTo(new AerospikeCluster(
                        List.of("10.0.0.1:3000", "[2001:db8::1]:3000"),
                        "lightflow",
                        "us-2026",
                        "joiner",
                        "PATH",
                        null,
                        new AerospikeCluster.Tls(
                                "join.example",
                                Path.of("/etc/tls/ca.pem"),
                                Path.of("/etc/tls/client.p12"),
                                "PATH",
                                null),
                        2,
                        AerospikeCluster.Replica.PREFER_RACK,
                        AerospikeCluster.Commit.MASTER,
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(4),
                        500,
                        8));
        assertThat(GroupSettings.parse(settings.toYaml())).isEqualTo(settings);
        assertThat(cluster.password()).isEqualTo(System.getenv("PATH"));
        assertThat(cluster.tls().keyStorePassword()).isEqualTo(System.getenv("PATH"));
        assertThat(settings + settings.toYaml()).doesNotContain(System.getenv("PATH"));
        AerospikeCluster unset = GroupSettings.parse(withStore(AEROSPIKE.replace("PATH", "LIGHTFLOW_NO_SUCH_VARIABLE")))
                .store()
                .aerospike();
        assertThatThrownBy(unset::password)
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("store.aerospike.passwordVariable", "LIGHTFLOW_NO_SUCH_VARIABLE");
        assertThatThrownBy(unset.tls()::keyStorePassword)
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("store.aerospike.tls.keyStorePasswordVariable", "LIGHTFLOW_NO_SUCH_VARIABLE");
    }

    /** A text of the good settings of a cluster, what takes its place, and the key that must be named. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    '"10.0.0.1:3000"' | 10.0.0.1 | store.aerospike.hosts takes HOST:PORT, found 10.0.0.1
                    '"10.0.0.1:3000"'      | ":3000"                | the key store.aerospike.hosts takes HOST:PORT
                    '"10.0.0.1:3000"'      | "a:b:3000"             | the key store.aerospike.hosts takes HOST:PORT
                    '"10.0.0.1:3000"'      | "a:0"                  | the key store.aerospike.hosts takes HOST:PORT
                    '"10.0.0.1:3000"'      | "a:65536"              | the key store.aerospike.hosts takes HOST:PORT
                    '"10.0.0.1:3000"'      | ~                      | the key store.aerospike.hosts takes HOST:PORT
                    '["10.0.0.1:3000", "[2001:db8::1]:3000"]' | []  | the key store.aerospike.hosts is missing or empty
                    namespace: lightflow   |                        | the key store.aerospike.namespace is missing
                    namespace: lightflow   | namespace: ~           | the key store.aerospike.namespace is missing
                    set: us-2026           | set: u.s               | the key store.aerospike.set
                    name: join.example     |                        | the key store.aerospike.tls.name is missing
                    commit: MASTER         | commit: MOST           | the key store.aerospike.commit is wrong
                    connectTimeout: 500ms  | connectTimeout: 500    | the key store.aerospike.connectTimeout
                    connectTimeout: 500ms  | connectTimeout: 0s     | the key store.aerospike.connectTimeout
                    socketTimeout: 1s      | socketTimeout: 2h      | the key store.aerospike.socketTimeout
                    totalTimeout: 4s       | totalTimeout: 2h       | the key store.aerospike.totalTimeout
                    batchKeys: 500         | batchKeys: 0           | the key store.aerospike.batchKeys
                    batchesInFlight: 8     | batchesInFlight: 1000  | the key store.aerospike.batchesInFlight
                    rack: 2                | rack: north            | the key store.aerospike.rack
                    rack: 2                | replica: PREFER_RACK   | the key store.aerospike.replica
                    rack: 2                | password: hunter2      | password is unknown
                    """)
    void whatIsWrongWithAnAerospikeClusterIsToldInOneLineThatNamesTheKey(String line, String instead, String named) {
        String yaml = withStore(AEROSPIKE.replace(line, instead == null ? "" : instead));
        assertThat(yaml).isNotEqualTo(withStore(AEROSPIKE));

        assertThatThrownBy(() -> GroupSettings.parse(yaml))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(named)
                .message()
                .doesNotContain("\n")
                .doesNotContain("hunter2");
    }

    @Test
    void secretsOfAerospikeAreReadFromFiles(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "from a file\n");
        String yaml = withStore(AEROSPIKE
                .replace("passwordVariable: PATH", "passwordFile: " + secret)
                .replace("keyStorePasswordVariable: PATH", "keyStorePasswordFile: " + secret));
        AerospikeCluster cluster = GroupSettings.parse(yaml).store().aerospike();
        assertThat(cluster.password()).isEqualTo("from a file");
        assertThat(cluster.tls().keyStorePassword()).isEqualTo("from a file");
        assertThatThrownBy(() -> GroupSettings.parse(
                        withStore(AEROSPIKE.replace("user: joiner", "user: joiner\n    passwordFile: /f"))))
                .hasMessageContaining("store.aerospike.passwordVariable and store.aerospike.passwordFile exclude");
    }

    @Test
    void thereIsOneJoinStoreNeitherTwoNorNone() {
        String both = withStore(AEROSPIKE + "  rocksdb:\n    directory: /var/lib/lightflow/us\n");
        assertThatThrownBy(() -> GroupSettings.parse(both))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("store.rocksdb", "store.aerospike", "found both");
        assertThatThrownBy(() -> GroupSettings.parse(withStore("aerospike: ~\n")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("store.rocksdb", "store.aerospike", "found neither");
    }

    @Test
    void manyWorkersCanShareAnAerospikeCluster() {
        String yaml = withStore(AEROSPIKE).replace("parallelism: 2", "workers: 2");
        assertThat(GroupSettings.parse(yaml).dataflow().workers()).isEqualTo(2);
    }

    private static String withStore(String store) {
        String yaml = GOOD.replace("rocksdb:\n    directory: /var/lib/lightflow/us\n", store);
        assertThat(yaml).isNotEqualTo(GOOD);
        return yaml;
    }

    @Test
    void emptySettingsAndAnAdvertiserWithoutRulesAreWrong() {
        assertThatThrownBy(() -> GroupSettings.parse("")).isInstanceOf(SettingsException.class);
        String yaml = GOOD.replace("      orphanAfter: 1h\n      viewThrough: 1d\n", "");
        assertThat(yaml).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> GroupSettings.parse(yaml))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("join.advertisers.1458");
    }

    @Test
    void theFileIsNamed(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("us.yaml");
        assertThatThrownBy(() -> GroupSettings.read(file))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(file.toString());
        Files.writeString(file, "group: us");
        assertThatThrownBy(() -> GroupSettings.read(file))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("the key dataCenters");
    }

    /** With references in place of secrets. */
    private static String withoutSecrets(String yaml) {
        return yaml.replace(
                        "sasl.jaas.config: hunter2-of-kafka",
                        "sasl.jaas.config: 'm.Module required password=\"${env:PATH}\";'")
                .replace("hunter2-of-front", "\"${env:PATH}\"")
                .replace("?password=hunter2-of-postgres", "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    kafka.properties.sasl.jaas.config  | sasl.jaas.config: 'm required password="hunter2";'
                    kafka.properties.ssl.key.password  | ssl.key.password: hunter2
                    """)
    void settingsWithASecretAreNotSubmitted(String key, String property) {
        GroupSettings settings = GroupSettings.parse(
                withoutSecrets(GOOD).replaceFirst("    sasl.jaas.config: .*\n", "    " + property + "\n"));

        assertThatThrownBy(settings::toYaml)
                .isInstanceOf(SettingsException.class)
                .hasMessage("the key " + key + " holds a secret itself: write ${env:NAME} for an environment variable"
                        + " of the workers, or ${file:PATH} for a file on them");
        assertThatThrownBy(settings::requireNoSecrets).isInstanceOf(SettingsException.class);
    }

    @Test
    void noPartOfTheSettingsMayHoldASecret() {
        String front = withoutSecrets(GOOD).replace("{sasl.password: \"${env:PATH}\"}", "{sasl.password: hunter2}");
        assertThat(front).isNotEqualTo(withoutSecrets(GOOD));
        assertThatThrownBy(() -> GroupSettings.parse(front).toYaml())
                .hasMessageContaining("the key fronts.us-west.properties.sasl.password holds a secret itself")
                .hasMessageNotContaining("hunter2");
        String url = withoutSecrets(GOOD).replace("/lightflow\n", "/lightflow?password=hunter2\n");
        assertThat(url).isNotEqualTo(withoutSecrets(GOOD));
        assertThatThrownBy(() -> GroupSettings.parse(url).toYaml())
                .hasMessageContaining("the key postgres.url holds a password")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void kafkasClientsGetTheSecrets(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "from a file\n");
        GroupSettings.Kafka kafka = new GroupSettings.Kafka(
                "kafka:9092", Map.of("ssl.key.password", "${file:" + secret + "}", "ssl.protocol", "TLSv1.3"));
        assertThat(kafka.resolvedProperties())
                .isEqualTo(Map.of("ssl.key.password", "from a file", "ssl.protocol", "TLSv1.3"));
        Files.writeString(secret, "changed");
        assertThat(kafka.resolvedProperties()).containsEntry("ssl.key.password", "changed");
        assertThatThrownBy(
                        new GroupSettings.Kafka("kafka:9092", Map.of("a", "${env:LIGHTFLOW_NO_SUCH_VARIABLE}"))
                                ::resolvedProperties)
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("kafka.properties.a", "LIGHTFLOW_NO_SUCH_VARIABLE");
    }

    @Test
    void credentialsAreReadFromFiles(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "from a file\n");
        String user = "\n  user: topologies\n  passwordFile: " + secret;
        String yaml = withoutSecrets(GOOD)
                .replace(
                        "[\"http://127.0.0.1:8081\"]",
                        "[\"https://127.0.0.1:8081\"]" + user
                                + "\n  tls: {trustStore: /etc/trust.p12, trustStorePasswordFile: " + secret + "}")
                .replace("passwordVariable: LIGHTFLOW_NO_SUCH_VARIABLE", "passwordFile: " + secret)
                .replace("connect: 127.0.0.1:2181", "connect: 127.0.0.1:2181" + user);
        GroupSettings settings = GroupSettings.parse(yaml);

        assertThat(settings.registry().password()).isEqualTo("from a file");
        assertThat(settings.registry().tls().trustStorePassword()).isEqualTo("from a file");
        assertThat(settings.postgres().password()).isEqualTo("from a file");
        assertThat(settings.zookeeper().password()).isEqualTo("from a file");
        assertThat(GroupSettings.parse(settings.toYaml())).isEqualTo(settings);
        assertThat(settings + settings.toYaml()).doesNotContain("from a file");
        Files.delete(secret);
        assertThatThrownBy(settings.postgres()::password)
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("the key postgres.passwordFile names the file " + secret);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    user: lightflow | user: lightflow\\n  passwordFile: /f | postgres.passwordFile exclude
                    connect: 127.0.0.1:2181 | connect: 127.0.0.1:2181\\n  user: a      | the key zookeeper.user
                    connect: 127.0.0.1:2181 | connect: 127.0.0.1:2181\\n  passwordFile: /f | the key zookeeper.user
                    registry:               | registry:\\n  user: a                 | the key registry.user needs
                    registry:               | registry:\\n  passwordFile: /f        | the key registry.user needs
                    registry:               | registry:\\n  tls: {}       | the key registry.tls.trustStore is missing
                    registry: | registry:\\n  user: a\\n  passwordFile: /f\\n  tokenFile: /f | found both
                    """)
    void halfCredentialsAreWrong(String line, String instead, String named) {
        String yaml = GOOD.replace(line, instead.replace("\\n", "\n"));
        assertThat(yaml).isNotEqualTo(GOOD);
        assertThatThrownBy(() -> GroupSettings.parse(yaml))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(named);
    }

    @Test
    void aPasswordThatIsNotThereIsToldByTheVariablesName() {
        assertThatThrownBy(() -> GroupSettings.parse(GOOD).postgres().password())
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("postgres.passwordVariable")
                .hasMessageContaining("LIGHTFLOW_NO_SUCH_VARIABLE");
    }
}
