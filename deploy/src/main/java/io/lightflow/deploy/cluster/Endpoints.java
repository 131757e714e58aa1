package io.lightflow.deploy.cluster;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the processes of a cluster are reached, all at the loopback address.
 *
 * @param zooKeeper connect string
 * @param kafka bootstrap servers by name: the data centers and {@value ClusterSettings#CENTRAL}
 * @param nimbus port
 * @param jdbcUrl for PostgreSQL, with the user
 * @param registry base address of the schema registry
 * @param stormHome the storm.home of this cluster
 */
public record Endpoints(
        String zooKeeper, Map<String, String> kafka, int nimbus, String jdbcUrl, String registry, Path stormHome) {

    public Endpoints {
        kafka = Map.copyOf(kafka);
    }

    /** As keys for settings files: {@code kafka.central}, {@code zookeeper}, {@code jdbcUrl}, ... */
    Map<String, String> asKeys(Path data) {
        Map<String, String> keys = new TreeMap<>();
        kafka.forEach((name, servers) -> keys.put("kafka." + name, servers));
        keys.put("zookeeper", zooKeeper);
        keys.put("zookeeper.port", zooKeeper.substring(zooKeeper.lastIndexOf(':') + 1));
        keys.put("nimbus.port", Integer.toString(nimbus));
        keys.put("jdbcUrl", jdbcUrl);
        keys.put("registry", registry);
        keys.put("stormHome", stormHome.toString());
        keys.put("data", data.toString());
        return keys;
    }
}
