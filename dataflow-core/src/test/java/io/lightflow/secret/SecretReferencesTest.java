package io.lightflow.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretReferencesTest {
    private static final String SCRAM =
            "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"lightflow\" password=";

    @TempDir
    private Path folder;

    private final SecretReferences references =
            new SecretReferences(Map.of("PASSWORD", "pass$1word", "TRICKY", "a\" user=\"b\\"));

    @Test
    void referencesAreReplaced() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "in a file\n");
        Path properties = Files.writeString(folder.resolve("kafka.properties"), "user=a\npassword=a property\n");
        assertThat(references.resolve("k", "plain")).isEqualTo("plain");
        assertThat(references.resolve("k", "${env:PASSWORD}")).isEqualTo("pass$1word");
        assertThat(references.resolve("k", "<${file:" + secret + "}>")).isEqualTo("<in a file>");
        assertThat(references.resolve("k", "${file:" + properties + ":password}"))
                .isEqualTo("a property");
        // Another provider is Kafka's business.
        assertThat(references.resolve("k", "${vault:x} $")).isEqualTo("${vault:x} $");
    }

    @Test
    void whatIsMissingIsNamed() throws Exception {
        Path properties = Files.writeString(folder.resolve("kafka.properties"), "user=a\n");
        assertThatThrownBy(() -> references.resolve("kafka.properties.x", "${env:NOWHERE}"))
                .hasMessage("the key kafka.properties.x names the environment variable NOWHERE, which is not set");
        assertThatThrownBy(() -> references.resolve("k", "${file:/nowhere/secret}"))
                .hasMessageContaining("the key k names the file /nowhere/secret, which cannot be read");
        assertThatThrownBy(() -> references.resolve("k", "${file:" + properties + ":password}"))
                .hasMessageContaining("the property password in the file");
    }

    @Test
    void aSecretAddsNoOptionsToALoginModule() {
        Map<String, String> resolved = KafkaSecrets.resolve(
                "kafka.properties", Map.of("sasl.jaas.config", SCRAM + "\"${env:TRICKY}\";"), references);
        assertThat(resolved.get("sasl.jaas.config")).isEqualTo(SCRAM + "\"a\\\" user=\\\"b\\\\\";");
    }

    @Test
    void aPlainSecretIsFound() {
        assertThat(KafkaSecrets.plain(Map.of("ssl.truststore.password", "hidden")))
                .contains("ssl.truststore.password");
        assertThat(KafkaSecrets.plain(Map.of("ssl.keystore.key", "-----BEGIN"))).contains("ssl.keystore.key");
        assertThat(KafkaSecrets.plain(Map.of("sasl.oauthbearer.client.credentials.client.secret", "hidden")))
                .isPresent();
        for (String plain : new String[] {"\"hidden\"", "'hidden'", "hidden", "\"x${env:A}\"", "\"a\\\"${env:A}\""}) {
            assertThat(KafkaSecrets.plain(Map.of("sasl.jaas.config", SCRAM + plain + ";")))
                    .as(plain)
                    .contains("sasl.jaas.config");
        }
    }

    @Test
    void aReferenceIsNoPlainSecret() {
        assertThat(KafkaSecrets.plain(Map.of(
                        "security.protocol", "SASL_SSL",
                        "sasl.mechanism", "SCRAM-SHA-512",
                        "sasl.jaas.config", SCRAM + "\"${file:/run/secrets/kafka}\";",
                        "ssl.truststore.location", "/etc/lightflow/trust.p12",
                        "ssl.truststore.password", "${env:TRUST}",
                        "ssl.truststore.certificates", "-----BEGIN CERTIFICATE-----")))
                .isEmpty();
        assertThat(KafkaSecrets.plain(Map.of(
                        "sasl.jaas.config",
                        "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true keyTab=\"/etc/k.tab\";")))
                .isEmpty();
    }
}
