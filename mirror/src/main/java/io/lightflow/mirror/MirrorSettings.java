package io.lightflow.mirror;

import io.lightflow.time.Durations;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The settings of the mirror: source clusters, target cluster and topics.
 *
 * @param central the target cluster
 * @param dataCenters the source clusters
 * @param topics the names of the light topics, the same in every data center
 * @param replicationFactor replication factor of the topics that the mirror creates on the central cluster
 * @param tasksPerDataCenter the number of consumer and producer pairs that share the partitions of one data center
 * @param refreshTopics how often the mirror looks for new topics and partitions; at least 1 s
 * @param internalRest the address where mirror processes of the same clusters communicate
 */
public record MirrorSettings(
        KafkaCluster central,
        List<DataCenter> dataCenters,
        List<String> topics,
        int replicationFactor,
        int tasksPerDataCenter,
        Duration refreshTopics,
        InternalRest internalRest) {
    public static final List<String> LIGHT_TOPICS = List.of("impressions", "clicks", "conversions", "tags");

    /** The name of the central cluster among the clusters of the mirror. */
    static final String CENTRAL = "central";

    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,200}");

    /**
     * An HTTP server for the other mirror processes. Requests are signed, but not encrypted.
     *
     * @param host the address to listen on, which the other processes connect to
     * @param port 0 for a free port
     */
    public record InternalRest(String host, int port) {
        public InternalRest {
            Objects.requireNonNull(host, "internalRest.host is missing");
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("internalRest.port must be 0 to 65535, but is " + port);
            }
        }
    }

    public MirrorSettings {
        Objects.requireNonNull(central, "central is missing");
        Objects.requireNonNull(refreshTopics, "refreshTopics");
        Objects.requireNonNull(internalRest, "internalRest");
        dataCenters = List.copyOf(dataCenters);
        topics = List.copyOf(topics);
        require(!dataCenters.isEmpty(), "dataCenters is empty: name at least one");
        require(!topics.isEmpty(), "topics is empty: name at least one");
        Set<String> names = new HashSet<>();
        for (DataCenter dataCenter : dataCenters) {
            require(names.add(dataCenter.name()), "dataCenters contains '" + dataCenter.name() + "' twice");
        }
        for (String topic : topics) {
            require(TOPIC.matcher(topic).matches(), "topics contains '" + topic + "', which is not a valid topic name");
        }
        require(new HashSet<>(topics).size() == topics.size(), "topics contains a topic twice: " + topics);
        require(replicationFactor >= 1, "replicationFactor must be at least 1, but is " + replicationFactor);
        require(tasksPerDataCenter >= 1, "tasksPerDataCenter must be at least 1, but is " + tasksPerDataCenter);
        require(
                refreshTopics.compareTo(Duration.ofSeconds(1)) >= 0,
                "refreshTopics must be at least 1s, but is " + Durations.format(refreshTopics));
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /**
     * Settings for one machine: the light topics, replication factor 1, one task per data center, and frequent looks
     * for new topics.
     */
    public static MirrorSettings local(KafkaCluster central, List<DataCenter> dataCenters) {
        return new MirrorSettings(
                central, dataCenters, LIGHT_TOPICS, 1, 1, Duration.ofSeconds(2), new InternalRest("127.0.0.1", 0));
    }
}
