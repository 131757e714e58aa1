package io.lightflow.mirror;

import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * How clients reach a Kafka cluster.
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
                        "client may hold security.*, ssl.* and sasl.* settings only, but has '" + name
                                + "': the others decide whether a record is copied exactly once");
            }
        }
    }

    /** A cluster that is reached without encryption or login. */
    public static KafkaCluster at(String bootstrapServers) {
        return new KafkaCluster(bootstrapServers, Map.of());
    }

    /** Without the values of the client settings: some are passwords. */
    @Override
    public String toString() {
        return bootstrapServers + (client.isEmpty() ? "" : " " + client.keySet());
    }
}
