package io.lightflow.peers;

import io.lightflow.event.EventType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of a run, from the environment variables that the bench sets.
 *
 * @param kafka bootstrap servers
 * @param postgres JDBC URL of an empty database
 * @param state the directory of the run's state, empty at its start
 * @param runId the unique name of the run, for consumer groups and transactions
 * @param dataCenters the data centers whose events are joined
 * @param partitions partition count of every topic
 */
public record PeerSettings(
        String kafka, String postgres, Path state, String runId, List<String> dataCenters, int partitions) {
    /** How much older than the youngest event a record may be: the events' disorder, and 1 s of transport. */
    public static final long MAX_DISORDER_MS = 3_000;

    public static final long WINDOW_MS = 30L * 24 * 60 * 60 * 1_000;

    /** The events of these types are joined. */
    private static final List<EventType> TYPES = List.of(EventType.IMPRESSION, EventType.CLICK, EventType.CONVERSION);

    public static PeerSettings fromEnvironment() {
        return new PeerSettings(
                variable("PEER_KAFKA"),
                variable("PEER_POSTGRES"),
                Path.of(variable("PEER_STATE")),
                variable("PEER_RUN_ID"),
                List.of(variable("PEER_DATA_CENTERS").split(",")),
                Integer.parseInt(variable("PEER_PARTITIONS")));
    }

    private static String variable(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalStateException("expected the environment variable " + name + ", found none");
        }
        return value;
    }

    /** The input topics and the types of their events. */
    public Map<String, EventType> inputs() {
        Map<String, EventType> topics = new LinkedHashMap<>();
        for (EventType type : TYPES) {
            dataCenters.forEach(dc -> topics.put(type.centralTopic(dc), type));
        }
        return topics;
    }
}
