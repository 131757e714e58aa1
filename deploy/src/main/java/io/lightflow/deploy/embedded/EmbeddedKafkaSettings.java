package io.lightflow.deploy.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The settings of an {@link EmbeddedKafka}.
 *
 * @param directory the data directory
 * @param port port on 127.0.0.1; 0 for the directory's previous port or a free one
 * @param broker broker settings that override the built-in ones
 */
public record EmbeddedKafkaSettings(Path directory, int port, Map<String, String> broker) {
    static final int NODE_ID = 1;
    static final String CONTROLLER = "CONTROLLER";

    public EmbeddedKafkaSettings {
        Objects.requireNonNull(directory, "directory");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, but is " + port);
        }
        broker = Map.copyOf(broker);
    }

    public static EmbeddedKafkaSettings in(Path directory) {
        return new EmbeddedKafkaSettings(directory, 0, Map.of());
    }

    public EmbeddedKafkaSettings withPort(int newPort) {
        return new EmbeddedKafkaSettings(directory, newPort, broker);
    }

    public EmbeddedKafkaSettings with(String name, String value) {
        Map<String, String> more = new HashMap<>(broker);
        more.put(name, value);
        return new EmbeddedKafkaSettings(directory, port, more);
    }

    /** The ports of the two listeners, on 127.0.0.1. */
    record Listeners(int broker, int controller) {}

    Map<String, String> render(Path data, Listeners listeners) {
        Map<String, String> all = new HashMap<>();
        all.put("node.id", Integer.toString(NODE_ID));
        all.put("process.roles", "broker,controller");
        all.put("log.dirs", data.toString());
        all.put(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + listeners.broker() + "," + CONTROLLER + "://127.0.0.1:"
                        + listeners.controller());
        all.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + listeners.broker());
        all.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
        all.put("controller.listener.names", CONTROLLER);
        all.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + listeners.controller());
        all.putAll(SINGLE_NODE);
        all.putAll(KEEP_EVERYTHING);
        all.putAll(SMALL);
        all.putAll(broker);
        return all;
    }

    private static final Map<String, String> SINGLE_NODE = Map.ofEntries(
            Map.entry("auto.create.topics.enable", "false"),
            Map.entry("default.replication.factor", "1"),
            Map.entry("min.insync.replicas", "1"),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            Map.entry("group.initial.rebalance.delay.ms", "0"));

    /** A server with a clock further ahead than this cannot send: Kafka rejects its records. */
    private static final Duration MAX_AHEAD = Duration.ofDays(1);

    /** Replayed logs keep their timestamps, and a directory may be reopened months later. */
    private static final Map<String, String> KEEP_EVERYTHING = Map.ofEntries(
            Map.entry("log.retention.ms", "-1"),
            Map.entry("log.retention.bytes", "-1"),
            Map.entry("log.message.timestamp.after.max.ms", Long.toString(MAX_AHEAD.toMillis())),
            // By default, group offsets expire a week after the last commit.
            Map.entry("offsets.retention.minutes", Integer.toString(Integer.MAX_VALUE)),
            Map.entry("message.max.bytes", "8388608"),
            Map.entry("replica.fetch.max.bytes", "8388608"));

    /** Four brokers share a JVM and two cores. */
    private static final Map<String, String> SMALL = Map.ofEntries(
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "2"),
            Map.entry("background.threads", "2"),
            Map.entry("num.recovery.threads.per.data.dir", "2"),
            Map.entry("group.coordinator.threads", "1"),
            Map.entry("share.coordinator.threads", "1"),
            Map.entry("offsets.topic.num.partitions", "4"),
            Map.entry("transaction.state.log.num.partitions", "4"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),
            // The cleaner's default is 128 MiB of heap for each broker.
            Map.entry("log.cleaner.dedupe.buffer.size", "4194304"),
            // Index files are preallocated, by default with 10 MiB each.
            Map.entry("log.index.size.max.bytes", "2097152"),
            Map.entry("offsets.topic.segment.bytes", "33554432"),
            Map.entry("transaction.state.log.segment.bytes", "33554432"));
}
