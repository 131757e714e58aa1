package io.lightflow.mirror;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Renders the settings of MirrorMaker 2: one exactly-once flow from each data center to the central cluster. */
public final class MirrorProperties {
    private static final String CENTRAL = MirrorSettings.CENTRAL;

    /** The limit of records and of fetches per partition; the brokers' limits decide which records they accept. */
    private static final String MAX_BYTES = "8388608";

    private MirrorProperties() {}

    /** The properties in the format of {@code connect-mirror-maker.sh}, sorted by name. They may contain passwords. */
    public static SortedMap<String, String> render(MirrorSettings settings) {
        SortedMap<String, String> all = new TreeMap<>();
        all.put(
                "clusters",
                settings.dataCenters().stream().map(DataCenter::name).collect(Collectors.joining(",")) + "," + CENTRAL);
        cluster(all, CENTRAL, settings.central());
        central(all, settings);
        rest(all, settings.internalRest());
        copying(all, settings);
        for (DataCenter dataCenter : settings.dataCenters()) {
            cluster(all, dataCenter.name(), dataCenter.front());
            flow(all, dataCenter);
        }
        return all;
    }

    private static void cluster(Map<String, String> all, String alias, KafkaCluster cluster) {
        all.put(alias + ".bootstrap.servers", cluster.bootstrapServers());
        cluster.client().forEach((name, value) -> all.put(alias + "." + name, value));
    }

    /**
     * Adds the settings of the workers, their internal topics and their producers, which belong to the central cluster.
     */
    private static void central(Map<String, String> all, MirrorSettings settings) {
        String replicas = Integer.toString(settings.replicationFactor());
        Map<String, String> worker = new TreeMap<>();
        worker.put("exactly.once.source.support", "enabled");
        // When a worker's session expires, its tasks move immediately instead of after five minutes.
        worker.put("session.timeout.ms", "6000");
        worker.put("heartbeat.interval.ms", "2000");
        worker.put("scheduled.rebalance.max.delay.ms", "0");
        // Scanning every class of the class path for connectors takes several seconds per data center.
        worker.put("plugin.discovery", "service_load");
        worker.put("topic.creation.enable", "false");
        worker.put("producer.acks", "all");
        worker.put("producer.compression.type", "lz4");
        worker.put("producer.batch.size", "262144");
        // The open transaction of a killed mirror blocks the next mirror, which reads only committed records.
        worker.put("producer.transaction.timeout.ms", "20000");
        worker.put("producer.linger.ms", "5");
        worker.put("producer.max.request.size", MAX_BYTES);
        // The broker refuses the first batches of a transaction while the markers of the one before are being written
        // (CONCURRENT_TRANSACTIONS). With more requests in flight, later batches arrive meanwhile without the first
        // ones, and the broker logs an OutOfOrderSequenceException for each of them.
        worker.put("producer.max.in.flight.requests.per.connection", "1");
        worker.put("producer.send.buffer.bytes", "-1");
        worker.forEach((name, value) -> all.put(CENTRAL + "." + name, value));
        all.put("plugin.discovery", "service_load");
        // These topics hold few records, one for each copied partition. More partitions would add transaction markers.
        all.put("offset.storage.partitions", "1");
        all.put("status.storage.partitions", "1");
        all.put("offset.storage.replication.factor", replicas);
        all.put("status.storage.replication.factor", replicas);
        all.put("config.storage.replication.factor", replicas);
    }

    private static void rest(Map<String, String> all, MirrorSettings.InternalRest rest) {
        all.put("dedicated.mode.enable.internal.rest", "true");
        all.put("listeners", "http://" + rest.host() + ":" + rest.port());
    }

    private static void copying(Map<String, String> all, MirrorSettings settings) {
        all.put(
                "topics",
                settings.topics().stream()
                        .map(topic -> topic.replace(".", "\\."))
                        .collect(Collectors.joining(",")));
        all.put("replication.factor", Integer.toString(settings.replicationFactor()));
        all.put("replication.policy.class", "org.apache.kafka.connect.mirror.DefaultReplicationPolicy");
        all.put("replication.policy.separator", ".");
        all.put("tasks.max", Integer.toString(settings.tasksPerDataCenter()));
        all.put("refresh.topics.enabled", "true");
        all.put(
                "refresh.topics.interval.seconds",
                Long.toString(settings.refreshTopics().toSeconds()));
        // The central cluster decides the retention and all other settings of its topics. Only max.message.bytes is
        // copied, once. (A copied message.timestamp.type of LogAppendTime would replace the timestamps.)
        all.put("config.properties.exclude", "(?!max\\.message\\.bytes$).*");
        all.put("sync.topic.configs.enabled", "false");
        all.put("sync.topic.acls.enabled", "false");
        // Consumers never fail over between these clusters, so consumer groups, heartbeats and offset translation are
        // off. The mirror then needs only read access to the front clusters. (MirrorMaker still creates its heartbeat
        // topic, which stays empty.)
        all.put("emit.heartbeats.enabled", "false");
        all.put("heartbeats.topic.replication.factor", Integer.toString(settings.replicationFactor()));
        all.put("emit.checkpoints.enabled", "false");
        all.put("emit.offset-syncs.enabled", "false");
        all.put("heartbeats.replication.enabled", "false");
        all.put("sync.group.offsets.enabled", "false");
        all.put("refresh.groups.enabled", "false");
    }

    private static void flow(Map<String, String> all, DataCenter dataCenter) {
        String flow = dataCenter.name() + "->" + CENTRAL + ".";
        all.put(flow + "enabled", "true");
        all.put(flow + "transaction.boundary", "poll");
        all.put(CENTRAL + "->" + dataCenter.name() + ".enabled", "false");

        String consumer = dataCenter.name() + ".consumer.";
        // Without read_committed, the connector would disable exactly-once and copy aborted records.
        // (exactly.once.support=required would verify this, but the heartbeat connector, which always exists, cannot
        // satisfy it.)
        all.put(consumer + "isolation.level", "read_committed");
        all.put(consumer + "auto.offset.reset", "earliest");
        // One poll is one transaction on the central cluster.
        all.put(consumer + "max.poll.records", "10000");
        all.put(consumer + "fetch.max.bytes", "16777216");
        all.put(consumer + "max.partition.fetch.bytes", MAX_BYTES);
        all.put(consumer + "receive.buffer.bytes", "-1");
    }
}
