package io.lightflow.deploy.cluster;

import java.net.URI;
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
 * @param capture the capture servers, by data center
 */
public record Endpoints(
        String zooKeeper,
        Map<String, String> kafka,
        int nimbus,
        String jdbcUrl,
        String registry,
        String aerospike,
        Path stormHome,
        Map<String, Proxied> proxied,
        Map<String, Capture> capture) {

    public Endpoints {
        kafka = Map.copyOf(kafka);
        proxied = Map.copyOf(proxied);
        capture = Map.copyOf(capture);
    }

    /**
     * A capture server.
     *
     * @param url its address for browsers and partners
     * @param admin its address for metrics
     * @param partnerToken the file with the bearer token of the only partner; it exists once the server has started
     */
    public record Capture(URI url, URI admin, Path partnerToken) {}

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
        capture.forEach((dc, server) -> keys.put("capture." + dc, server.url().toString()));
        if (settings.asd().isPresent()) {
            keys.put("aerospike", aerospike);
        }
        return keys;
    }
}
