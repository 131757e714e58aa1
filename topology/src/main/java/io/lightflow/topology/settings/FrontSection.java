package io.lightflow.topology.settings;

import java.util.Map;

/**
 * A front cluster.
 *
 * @param properties further settings of the Kafka clients, such as for TLS
 */
public record FrontSection(String bootstrapServers, Map<String, String> properties) {
    void check(String path) {
        Require.present(path + ".bootstrapServers", bootstrapServers);
        Require.filled(path + ".properties", properties);
    }

    /** The settings of its clients. */
    public KafkaSection kafka() {
        return new KafkaSection(bootstrapServers, properties);
    }

    /** Without the properties, which may hold secrets. */
    @Override
    public String toString() {
        return kafka().toString();
    }
}
