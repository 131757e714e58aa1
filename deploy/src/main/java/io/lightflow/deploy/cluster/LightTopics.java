package io.lightflow.deploy.cluster;

import io.lightflow.mirror.MirrorSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;

/** The light topics of a data center's Kafka. The partition count is the same in every data center. */
final class LightTopics {
    private static final List<String> NAMES = MirrorSettings.LIGHT_TOPICS;

    private static final int TIMEOUT_SECONDS = 30;
    private static final short ONE_COPY = 1;

    private LightTopics() {}

    /**
     * Creates the topics that are missing.
     *
     * @throws IllegalStateException if one exists with another partition count
     */
    static void create(String bootstrapServers, int partitions) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Set<String> present = admin.listTopics().names().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            admin.createTopics(NAMES.stream()
                            .filter(name -> !present.contains(name))
                            .map(name -> new NewTopic(name, partitions, ONE_COPY))
                            .toList())
                    .all()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            admin.describeTopics(NAMES.stream().filter(present::contains).collect(Collectors.toSet()))
                    .allTopicNames()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .values()
                    .forEach(topic -> hasPartitions(topic, bootstrapServers, partitions));
        } catch (ExecutionException | TimeoutException e) {
            throw new ProcessFailedException("Creating the light topics at " + bootstrapServers + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while creating the light topics at " + bootstrapServers, e);
        }
    }

    /** Every light topic of these data centers has its copy on the central cluster. */
    static Readiness areMirrored(String central, List<String> dataCenters) {
        Set<String> copies = dataCenters.stream()
                .flatMap(dataCenter -> NAMES.stream().map(name -> dataCenter + "." + name))
                .collect(Collectors.toSet());
        return () -> {
            try (Admin admin = Admin.create(Map.of(
                    "bootstrap.servers", central, "default.api.timeout.ms", 2_000, "request.timeout.ms", 2_000))) {
                Set<String> missing = new TreeSet<>(copies);
                missing.removeAll(admin.listTopics().names().get(TIMEOUT_SECONDS, TimeUnit.SECONDS));
                if (!missing.isEmpty()) {
                    throw new IOException("The central Kafka lacks the topics " + missing);
                }
            }
        };
    }

    private static void hasPartitions(TopicDescription topic, String bootstrapServers, int partitions) {
        int found = topic.partitions().size();
        if (found != partitions) {
            throw new IllegalStateException(("The topic %s at %s has %d partitions, but the cluster's settings say %d."
                            + " Start it with --partitions %d; a change needs a new data directory.")
                    .formatted(topic.name(), bootstrapServers, found, partitions, found));
        }
    }
}
