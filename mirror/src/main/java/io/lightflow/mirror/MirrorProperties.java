package io.lightflow.mirror;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The settings of MirrorMaker 2 that copy every record exactly once, for one flow from each data center to the center.
 */
public final class MirrorProperties {
    private static final String CENTRAL = MirrorSettings.CENTRAL;

    /** Largest record, and largest part of one fetch; the brokers' limits decide what is accepted. */
    private static final String MAX_BYTES = "8388608";

    private MirrorProperties() {}

    /** The properties as of {@code connect-mirror-maker.sh}, in the order of their names. They may hold passwords. */
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

    /** The workers live on the central cluster: their settings, topics and producers. */
    private static void central(Map<String, String> all, MirrorSettings settings) {
        String replicas = Integer.toString(settings.replicationFactor());
        Map<String, String> worker = new TreeMap<>();
        worker.put("exactly.once.source.support", "enabled");
        // A worker that died is given up after its session, and its tasks move at once instead of after five minutes.
        worker.put("session.timeout.ms", "6000");
        worker.put("heartbeat.interval.ms", "2000");
        worker.put("scheduled.rebalance.max.delay.ms", "0");
        // Finding connectors by reading every class of the class path takes several seconds per data center.
        worker.put("plugin.discovery", "service_load");
        worker.put("topic.creation.enable", "false");
        worker.put("producer.acks", "all");
        worker.put("producer.compression.type", "lz4");
        worker.put("producer.batch.size", "262144");
        // What a mirror that was killed left open holds up the next one, which reads only what is committed.
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
        // Few records: one for each partition that is copied. More partitions cost every transaction more markers.
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
        // Central topics keep what the center says, for as long as it says. Only what a record may weigh is copied,
        // once.
        // (A copied message.timestamp.type of LogAppendTime would replace the timestamps.)
        all.put("config.properties.exclude", "(?!max\\.message\\.bytes$).*");
        all.put("sync.topic.configs.enabled", "false");
        all.put("sync.topic.acls.enabled", "false");
        // Nobody fails over between these clusters: no consumer groups, heartbeats or offset translation.
        // So the mirror writes nothing to the front clusters, and read access is enough there.
        // (Its heartbeat topic is made all the same, and stays empty.)
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
        // Without it the connector would not take part in exactly once, and would copy aborted records.
        // (exactly.once.support=required would check that, but cannot be met by the heartbeat connector, which is
        // always made.)
        all.put(consumer + "isolation.level", "read_committed");
        all.put(consumer + "auto.offset.reset", "earliest");
        // One poll is one transaction on the central cluster.
        all.put(consumer + "max.poll.records", "10000");
        all.put(consumer + "fetch.max.bytes", "16777216");
        all.put(consumer + "max.partition.fetch.bytes", MAX_BYTES);
        all.put(consumer + "receive.buffer.bytes", "-1");
    }
}
