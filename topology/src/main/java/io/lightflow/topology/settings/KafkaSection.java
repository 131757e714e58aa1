package io.lightflow.topology.settings;

import io.lightflow.secret.KafkaSecrets;
import io.lightflow.secret.SecretReferences;
import java.util.Map;

/** @param properties further settings of the Kafka clients, such as for TLS */
public record KafkaSection(String bootstrapServers, Map<String, String> properties) {
    public KafkaSection {
        Require.present("kafka.bootstrapServers", bootstrapServers);
        properties = Require.filled("kafka.properties", properties);
    }

    /**
     * The properties with the secrets that they refer to. A changed secret counts for the next client.
     *
     * @throws SettingsException if a variable is not set, or a file unreadable
     */
    public Map<String, String> resolvedProperties() {
        try {
            return KafkaSecrets.resolve("kafka.properties", properties, new SecretReferences(System.getenv()));
        } catch (IllegalArgumentException e) {
            throw new SettingsException(e.getMessage(), e);
        }
    }

    /** Without the properties, which may hold secrets. */
    @Override
    public String toString() {
        return "Kafka[bootstrapServers=" + bootstrapServers + ", properties of " + properties.keySet() + "]";
    }
}
