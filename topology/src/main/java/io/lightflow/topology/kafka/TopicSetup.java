package io.lightflow.topology.kafka;

import io.lightflow.event.LightEventDecoder;
import io.lightflow.event.OutputTopic;
import io.lightflow.topology.settings.GroupSettings;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the output topics of a group, and looks up topics. */
public final class TopicSetup {
    /** A conversion with its click and its impression, and what was emitted about them. */
    static final int MAX_OUTPUT_BYTES = 4 * LightEventDecoder.MAX_RECORD_BYTES;

    private TopicSetup() {}

    /**
     * Creates the joined topics, the orphans, the rejected records, the topics of copies and the ledger of a group, as
     * far as they do not exist. They have as many partitions as the group has shards, and the cluster's default
     * replication.
     *
     * @throws IllegalStateException if a topic exists with another number of partitions, or rejects records as long as
     *     joined events can be
     */
    public static void createOutputs(Admin admin, GroupSettings settings) {
        List<NewTopic> wanted = new ArrayList<>();
        for (String topic : outputs(settings)) {
            wanted.add(new NewTopic(topic, Optional.of(settings.shards()), Optional.empty())
                    .configs(Map.of(
                            TopicConfig.COMPRESSION_TYPE_CONFIG,
                            "producer",
                            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                            Integer.toString(MAX_OUTPUT_BYTES))));
        }
        wanted.add(new NewTopic(GroupTopics.ledger(settings.group()), Optional.of(settings.shards()), Optional.empty())
                .configs(Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        Integer.toString(8 << 20))));
        List<String> existed = new ArrayList<>();
        for (NewTopic topic : wanted) {
            if (!isCreated(admin, topic)) {
                existed.add(topic.name());
            }
        }
        Map<String, TopicDescription> found =
                describe(admin, wanted.stream().map(NewTopic::name).toList());
        found.forEach((name, topic) -> requirePartitions(name, topic, settings.shards()));
        existed.remove(GroupTopics.ledger(settings.group()));
        existed.forEach(name -> requireRoom(admin, name, settings.kafka().bootstrapServers()));
    }

    /** The topics that the join writes, but for the ledger. */
    static Set<String> outputs(GroupSettings settings) {
        Set<String> topics = new LinkedHashSet<>();
        for (OutputTopic topic : OutputTopic.values()) {
            topics.add(topic.of(settings.group()));
        }
        settings.copyRules().forEach(copy -> topics.add(copy.topic()));
        return topics;
    }

    /** A record that the topic rejects would be sent again for ever. */
    private static void requireRoom(Admin admin, String name, String bootstrapServers) {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
        try {
            int room = Integer.parseInt(admin.describeConfigs(Set.of(topic))
                    .values()
                    .get(topic)
                    .get()
                    .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                    .value());
            if (room < MAX_OUTPUT_BYTES) {
                throw new IllegalStateException("topic " + name + " must take records of up to " + MAX_OUTPUT_BYTES
                        + " bytes, since a joined event holds up to three light events; found "
                        + TopicConfig.MAX_MESSAGE_BYTES_CONFIG + "=" + room
                        + ". Set it with: kafka-configs.sh --bootstrap-server " + bootstrapServers
                        + " --alter --topic " + name + " --add-config "
                        + TopicConfig.MAX_MESSAGE_BYTES_CONFIG + "=" + MAX_OUTPUT_BYTES);
            }
        } catch (ExecutionException e) {
            throw new KafkaException("looking up topic " + name + " failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    static void requirePartitions(String name, TopicDescription topic, int shards) {
        if (topic.partitions().size() != shards) {
            throw new IllegalStateException("topic " + name + " must have as many partitions as the group has shards, "
                    + shards + ", found " + topic.partitions().size()
                    + "; all input and output topics of a group are partitioned alike");
        }
    }

    /** Creates a topic; false if it exists already. */
    private static boolean isCreated(Admin admin, NewTopic topic) {
        try {
            admin.createTopics(Set.of(topic)).all().get();
            return true;
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("creating topic " + topic.name() + " failed: " + e.getCause(), e.getCause());
            }
            return false;
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
