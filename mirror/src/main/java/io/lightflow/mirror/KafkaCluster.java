package io.lightflow.mirror;

import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The connection settings of a Kafka cluster.
 *
 * @param bootstrapServers host:port pairs, separated by commas
 * @param client security settings of the clients: {@code security.protocol}, {@code ssl.*} and {@code sasl.*}
 */
public record KafkaCluster(String bootstrapServers, Map<String, String> client) {
    private static final Pattern SERVERS = Pattern.compile("[^\\s,:]+:\\d{1,5}(\\s*,\\s*[^\\s,:]+:\\d{1,5})*");
    private static final Pattern SECURITY = Pattern.compile("security\\..+|ssl\\..+|sasl\\..+");

    public KafkaCluster {
        Objects.requireNonNull(bootstrapServers, "bootstrapServers is missing");
        if (!SERVERS.matcher(bootstrapServers).matches()) {
            throw new IllegalArgumentException(
                    "bootstrapServers must be host:port pairs separated by commas, but is '" + bootstrapServers + "'");
        }
        client = client == null ? Map.of() : Map.copyOf(client);
        for (String name : client.keySet()) {
            if (!SECURITY.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "client may contain only security.*, ssl.* and sasl.* settings, but contains '" + name
                                + "': other settings could break exactly-once copying");
            }
        }
    }

    /** A cluster without encryption or authentication. */
    public static KafkaCluster at(String bootstrapServers) {
        return new KafkaCluster(bootstrapServers, Map.of());
    }

    /** Omits the values of the client settings, which may be passwords. */
    @Override
    public String toString() {
        return bootstrapServers + (client.isEmpty() ? "" : " " + client.keySet());
    }
}
