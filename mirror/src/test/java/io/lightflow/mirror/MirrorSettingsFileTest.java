package io.lightflow.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MirrorSettingsFileTest {
    private static final String VALID = """
            central:
              bootstrapServers: central:9092
              client: {security.protocol: SSL}
            dataCenters:
              - {name: eu, bootstrapServers: "eu-1:9092,eu-2:9092"}
            replicationFactor: 3
            refreshTopics: 2m
            """;

    @TempDir
    Path directory;

    @Test
    void omittedSettingsHaveDefaults() {
        MirrorSettings settings = MirrorSettingsFile.parse(VALID, Map.of());
        assertThat(settings.topics()).isEqualTo(MirrorSettings.LIGHT_TOPICS);
        assertThat(settings.refreshTopics()).isEqualTo(Duration.ofMinutes(2));
        assertThat(settings.central().client()).isEqualTo(Map.of("security.protocol", "SSL"));
        assertThat(settings.dataCenters().get(0).centralTopic("clicks")).isEqualTo("eu.clicks");
        assertThat(settings.internalRest().host()).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    name: eu           | nme: eu             | unknown key dataCenters[0].nme
                    replicationFactor: | replicas:           | unknown key replicas
                    replicationFactor: 3 |                   | replicationFactor is missing
                    name: eu           | name: EU            | dataCenters[0].name must be
                    Factor: 3          | Factor: three       | invalid value of replicationFactor
                    refreshTopics: 2m  | refreshTopics: 2    | refreshTopics: expected a whole number
                    central:9092       | central             | central.bootstrapServers must be
                    security.protocol  | acks                | central.client may contain only
                    Factor: 3          | Factor: 0           | replicationFactor must be at least 1
                    """)
    void anErrorNamesTheKey(String from, String to, String message) {
        String wrong = VALID.replace(from, to == null ? "" : to);
        assertThat(wrong).isNotEqualTo(VALID);
        assertThatThrownBy(() -> MirrorSettingsFile.parse(wrong, Map.of())).hasMessageContaining(message);
    }

    @Test
    void secretsOfClientsComeFromVariablesAndFiles() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "in-a-file");
        MirrorSettings settings = MirrorSettingsFile.parse(
                VALID.replace("{security.protocol: SSL}", """
                        {security.protocol: SSL, ssl.truststore.password: "${env:TRUST}",
                               ssl.key.password: "${file:%s}"}""".formatted(secret)), Map.of("TRUST", "in-a-variable"));
        assertThat(settings.central().client())
                .containsEntry("ssl.truststore.password", "in-a-variable")
                .containsEntry("ssl.key.password", "in-a-file");
    }

    @Test
    void onlyTheOwnerCanReadTheWrittenProperties() throws IOException {
        Path settings = Files.writeString(directory.resolve("mirror.yaml"), VALID);
        Path out = directory.resolve("mm2.properties");
        int status =
                MirrorMain.commandLine().execute("--settings", settings.toString(), "--properties-out", out.toString());
        assertThat(status).isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
                .isEqualTo("rw-------");
        Properties properties = new Properties();
        properties.load(Files.newBufferedReader(out));
        assertThat(properties).containsEntry("eu->central.enabled", "true");
    }

    @Test
    void invalidSettingsExitWithStatus2() throws IOException {
        Path settings = Files.writeString(directory.resolve("mirror.yaml"), "central: 1");
        assertThat(MirrorMain.commandLine().execute("--settings", settings.toString()))
                .isEqualTo(2);
    }
}
