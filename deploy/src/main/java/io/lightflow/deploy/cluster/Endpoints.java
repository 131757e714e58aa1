package io.lightflow.deploy.cluster;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The addresses of a cluster's processes, all on the loopback interface.
 *
 * @param zooKeeper connect string
 * @param kafka bootstrap servers by name: the data centers and {@value ClusterSettings#CENTRAL}
 * @param nimbus port
 * @param jdbcUrl JDBC URL of PostgreSQL, with the user
 * @param registry base address of the schema registry
 * @param aerospike host and port of the Aerospike node
 * @param stormHome the storm.home of this cluster
 * @param proxied the Kafkas that are also reachable through a proxy, by name
 */
public record Endpoints(
        String zooKeeper,
        Map<String, String> kafka,
        int nimbus,
        String jdbcUrl,
        String registry,
        String aerospike,
        Path stormHome,
        Map<String, Proxied> proxied) {

    public Endpoints {
        kafka = Map.copyOf(kafka);
        proxied = Map.copyOf(proxied);
    }

    /**
     * The ports of a Kafka behind a proxy.
     *
     * @param proxyPort where the proxy must listen; the broker sends this address to clients of the proxy
     * @param brokerPort where the broker accepts connections of the proxy
     */
    public record Proxied(int proxyPort, int brokerPort) {
        String bootstrapServers() {
            return "127.0.0.1:" + proxyPort;
        }
    }

    /** Bootstrap servers of a Kafka, through its proxy if it has one. */
    public String kafkaByProxy(String name) {
        Proxied way = proxied.get(name);
        return way != null ? way.bootstrapServers() : kafka.get(name);
    }

    /** Keys for settings files, such as {@code kafka.central} and {@code jdbcUrl}, of the cluster's components. */
    Map<String, String> asKeys(ClusterSettings settings) {
        Map<String, String> keys = new TreeMap<>();
        keys.put("data", settings.data().toString());
        keys.put("partitions", Integer.toString(settings.partitions()));
        kafka.forEach((name, servers) -> keys.put("kafka." + name, servers));
        if (settings.has(Component.ZOOKEEPER)) {
            keys.put("zookeeper", zooKeeper);
        }
        if (settings.has(Component.STORM)) {
            keys.put("nimbus", "127.0.0.1:" + nimbus);
            keys.put("stormHome", stormHome.toString());
        }
        if (settings.has(Component.POSTGRES)) {
            keys.put("jdbcUrl", jdbcUrl);
        }
        if (settings.has(Component.REGISTRY)) {
            keys.put("registry", registry);
        }
        if (settings.asd().isPresent()) {
            keys.put("aerospike", aerospike);
        }
        return keys;
    }
}
