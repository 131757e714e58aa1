package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.topology.settings.AerospikeCluster;
import io.lightflow.topology.settings.GroupSettings;
import java.net.URI;
import java.util.Map;
import java.util.stream.Collectors;

/** Renders a group's settings for the local stack. */
record LocalGroup(LocalSettings settings, DcGroup group) {

    /**
     * @param frontClusters bootstrap servers by data center, including those of other groups; empty without front
     *     clusters
     */
    GroupSettings groupSettings(
            String centralBootstrap,
            Map<String, String> frontClusters,
            URI registryUrl,
            String jdbcUrl,
            String zookeeper) {
        String own = """
                group: %s
                dataCenters: [%s]
                shards: %d
                kafka:
                  bootstrapServers: %s
                fronts: {%s}
                registry:
                  urls: [%s]
                postgres:
                  url: %s
                  user: %s
                zookeeper:
                  connect: %s
                store: %s
                join:
                  allowedDisorder: %dms
                  # The beacons that close a finite input are ahead of the clock by the longest window.
                  beaconFarFuture: 1000d
                pace:
                  pollRecords: %d
                dataflow:
                  parallelism: %d
                statistics:
                  microBatch: %dms
                metrics: {ports: '0', targets: '%s'}
                %s
                """.formatted(
                        group.name(),
                        String.join(", ", group.dcs()),
                        settings.shards(),
                        centralBootstrap,
                        group.dcs().stream()
                                .filter(frontClusters::containsKey)
                                .map(dc -> dc + ": {bootstrapServers: \"" + frontClusters.get(dc) + "\"}")
                                .collect(Collectors.joining(", ")),
                        registryUrl,
                        jdbcUrl,
                        EmbeddedPostgresServer.USER,
                        zookeeper,
                        store(),
                        settings.allowedDisorder().toMillis(),
                        settings.pollRecords(),
                        settings.dataflowParallelism(),
                        settings.microBatch().toMillis(),
                        settings.targetsFolder(),
                        archive());
        GroupOverlay overlay = settings.overlay();
        return overlay == null ? GroupSettings.parse(own) : overlay.over(group.name(), own);
    }

    private String archive() {
        return settings.archive()
                ? "archive: {warehouse: '%s', commitInterval: 10s, bufferSize: 32MB, writers: 1}"
                        .formatted(settings.archiveFolder().toUri())
                : "";
    }

    private String store() {
        AerospikeCluster aerospike = settings.aerospike();
        return aerospike == null
                ? "{rocksdb: {directory: '%s', blockCacheMb: 64}}"
                        .formatted(
                                settings.data().resolve("store-" + group.name()).toAbsolutePath())
                : "{aerospike: {hosts: %s, namespace: %s, set: %s}}"
                        .formatted(aerospike.hosts(), aerospike.namespace(), set());
    }

    /**
     * The prefix of the sets. The default is specific to this directory, because another stack may use the same
     * namespace.
     */
    String set() {
        String named = settings.aerospike().set();
        String set = named != null
                ? named
                : "local-%08x".formatted(settings.data().toAbsolutePath().hashCode());
        return set + "-" + group.name();
    }
}
