package io.lightflow.deploy.cluster;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;

/** The topics of a data center's Kafka, which light events are produced to. Every data center has the same partition count. */
final class LightTopics {
    static final List<String> NAMES = List.of("impressions", "clicks", "conversions", "tags");

    private static final int TIMEOUT_SECONDS = 30;
    private static final short ONE_COPY = 1;

    private LightTopics() {}

    /**
     * Creates the topics that are missing.
     *
     * @throws IllegalStateException when one is there with another partition count
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
            throw new ProcessFailedException("Cannot create the light topics at " + bootstrapServers, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while creating the light topics at " + bootstrapServers, e);
        }
    }

    private static void hasPartitions(TopicDescription topic, String bootstrapServers, int partitions) {
        int found = topic.partitions().size();
        if (found != partitions) {
            throw new IllegalStateException(
                    "The topic %s at %s has %d partitions, and the cluster is set to %d. Start it with --partitions %d; a change needs a new data folder."
                            .formatted(topic.name(), bootstrapServers, found, partitions, found));
        }
    }
}
