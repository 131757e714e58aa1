package io.lightflow.topology.settings;

import static io.lightflow.topology.settings.SampleSettings.AEROSPIKE;
import static io.lightflow.topology.settings.SampleSettings.withStore;
import static io.lightflow.topology.settings.SampleSettings.withoutSecrets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The settings of a join store in Aerospike. */
class AerospikeSettingsTest {
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
}
