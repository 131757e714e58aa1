package io.lightflow.topology.settings;

import static io.lightflow.topology.settings.SampleSettings.GOOD;
import static io.lightflow.topology.settings.SampleSettings.withoutSecrets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Secrets come from variables and files, and are neither written nor told. */
class SecretSettingsTest {
    @Test
    void secretsAreNotInTheText() {
        assertThat(GroupSettings.parse(GOOD).toString())
                .contains("sasl.jaas.config")
                .doesNotContain("hunter2");
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
        KafkaSection kafka = new KafkaSection(
                "kafka:9092", Map.of("ssl.key.password", "${file:" + secret + "}", "ssl.protocol", "TLSv1.3"));
        assertThat(kafka.resolvedProperties())
                .isEqualTo(Map.of("ssl.key.password", "from a file", "ssl.protocol", "TLSv1.3"));
        Files.writeString(secret, "changed");
        assertThat(kafka.resolvedProperties()).containsEntry("ssl.key.password", "changed");
        assertThatThrownBy(
                        new KafkaSection("kafka:9092", Map.of("a", "${env:LIGHTFLOW_NO_SUCH_VARIABLE}"))
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
