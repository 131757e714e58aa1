package io.lightflow.topology.kafka;

import io.lightflow.event.OutputTopic;
import io.lightflow.topology.settings.GroupSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Makes the topics that a group puts out to, and looks up topics. */
public final class TopicSetup {
    private TopicSetup() {}

    /**
     * Makes the joined topics, the orphans, the rejected and the ledger of a group, as far as they are not there, with
     * as many partitions as it has shards and the cluster's default replication.
     *
     * @throws IllegalStateException if one is there with another number of partitions
     */
    public static void createOutputs(Admin admin, GroupSettings settings) {
        List<NewTopic> wanted = new ArrayList<>();
        for (OutputTopic topic : OutputTopic.values()) {
            wanted.add(new NewTopic(
                            topic.of(settings.group()),
                            java.util.Optional.of(settings.shards()),
                            java.util.Optional.empty())
                    .configs(Map.of(TopicConfig.COMPRESSION_TYPE_CONFIG, "producer")));
        }
        wanted.add(new NewTopic(
                        DataflowTopics.ledger(settings.group()),
                        java.util.Optional.of(settings.shards()),
                        java.util.Optional.empty())
                .configs(Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        Integer.toString(8 << 20))));
        for (NewTopic topic : wanted) {
            create(admin, topic);
        }
        Map<String, TopicDescription> found =
                describe(admin, wanted.stream().map(NewTopic::name).toList());
        found.forEach((name, topic) -> requirePartitions(name, topic, settings.shards()));
    }

    static void requirePartitions(String name, TopicDescription topic, int shards) {
        if (topic.partitions().size() != shards) {
            throw new IllegalStateException("topic " + name + " must have as many partitions as the group has shards, "
                    + shards + ", found " + topic.partitions().size()
                    + "; all input and output topics of a group are partitioned alike");
        }
    }

    private static void create(Admin admin, NewTopic topic) {
        try {
            admin.createTopics(Set.of(topic)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("making topic " + topic.name() + " failed: " + e.getCause(), e.getCause());
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** The topics that exist, by name. */
    public static Map<String, TopicDescription> describe(Admin admin, Iterable<String> names) {
        Map<String, TopicDescription> found = new TreeMap<>();
        List<String> list = new ArrayList<>();
        names.forEach(list::add);
        admin.describeTopics(list).topicNameValues().forEach((name, future) -> {
            try {
                found.put(name, future.get());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw new KafkaException("looking up topic " + name + " failed: " + e.getCause(), e.getCause());
                }
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        });
        return found;
    }

    /** First 32 bits of the topic's id. */
    public static int incarnation(TopicDescription topic) {
        return (int) (topic.topicId().getMostSignificantBits() >>> 32);
    }
}
