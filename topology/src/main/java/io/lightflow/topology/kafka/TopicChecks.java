package io.lightflow.topology.kafka;

import io.lightflow.event.LightEventDecoder;
import io.lightflow.time.Durations;
import io.lightflow.topology.settings.GroupSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Checks the topics of a group that exist. What would lose or stop events for sure is refused. What may lose them when
 * a broker or a disk is lost is a warning. Each message names the command to run.
 */
public final class TopicChecks {
    private static final int WANTED_REPLICAS = 3;
    /** Room for headers and framing around the longest light event. */
    private static final int RECORD_OVERHEAD_BYTES = 16 << 10;

    private final Admin admin;
    private final GroupSettings settings;
    private final List<String> warnings = new ArrayList<>();

    private TopicChecks(Admin admin, GroupSettings settings) {
        this.admin = admin;
        this.settings = settings;
    }

    /**
     * Checks all topics of the group, as far as they exist.
     *
     * @param retention how long the join needs its events
     * @return warnings, each with a command
     * @throws IllegalStateException if a topic cannot serve the group; the message says what to do
     */
    public static List<String> check(Admin admin, GroupSettings settings, Duration retention) {
        TopicChecks checks = new TopicChecks(admin, settings);
        checks.run(retention);
        return checks.warnings;
    }

    private void run(Duration retention) {
        String ledger = GroupTopics.ledger(settings.group());
        Set<String> light = GroupTopics.light(settings).keySet();
        Set<String> names = new TreeSet<>(light);
        names.add(ledger);
        names.addAll(TopicSetup.outputs(settings));
        Map<String, TopicDescription> found = TopicSetup.describe(admin, names);
        if (found.containsKey(ledger)) {
            requireSameShards(ledger, found.get(ledger));
        }
        found.forEach((name, topic) -> TopicSetup.requirePartitions(name, topic, settings.shards()));
        Map<String, Config> configs = configs(found.keySet());
        int wanted = Math.min(WANTED_REPLICAS, brokers());
        found.forEach((name, topic) -> checkReplication(name, topic, configs.get(name), wanted));
        found.keySet().stream().filter(light::contains).forEach(name -> checkLight(name, configs.get(name), retention));
        if (found.containsKey(ledger)) {
            requireCompacted(ledger, configs.get(ledger));
        }
    }

    private void requireSameShards(String ledger, TopicDescription topic) {
        int shards = topic.partitions().size();
        if (shards != settings.shards()) {
            throw new IllegalStateException("the key shards of group " + settings.group() + " cannot change from "
                    + shards + ", the partitions of its ledger " + ledger + ", to " + settings.shards()
                    + ": join keys would move to other shards. Set it to " + shards
                    + ", or create a group of another name with new topics");
        }
    }

    private void checkReplication(String name, TopicDescription topic, Config config, int wanted) {
        int replicas = topic.partitions().stream()
                .map(TopicPartitionInfo::replicas)
                .mapToInt(Collection::size)
                .min()
                .orElseThrow();
        if (replicas < wanted) {
            warnings.add("topic " + name + " has " + replicas + (replicas == 1 ? " replica" : " replicas")
                    + ", so a lost disk may lose its records; give it " + wanted
                    + " with: kafka-reassign-partitions.sh --bootstrap-server " + servers()
                    + " --reassignment-json-file FILE --execute");
        }
        int inSync = Integer.parseInt(value(config, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG));
        if (inSync < Math.min(2, replicas) || replicas > 1 && inSync >= replicas || inSync > replicas) {
            int right = Math.max(1, Math.min(2, replicas - 1));
            if (inSync != right) {
                warnings.add("topic " + name + " has " + TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG + "=" + inSync
                        + " of " + replicas + " replicas, so "
                        + (inSync < right
                                ? "an acknowledged record may be on one disk only"
                                : "one stopped broker stops all writes")
                        + "; set it with: " + alter(name, TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, right));
            }
        }
        if (Boolean.parseBoolean(value(config, TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG))) {
            warnings.add("topic " + name + " may lose acknowledged records, which stops its shards; forbid it with: "
                    + alter(name, TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG, false));
        }
    }

    private void checkLight(String name, Config config, Duration retention) {
        if (value(config, TopicConfig.CLEANUP_POLICY_CONFIG).contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new IllegalStateException("topic " + name + " has " + TopicConfig.CLEANUP_POLICY_CONFIG + "="
                    + value(config, TopicConfig.CLEANUP_POLICY_CONFIG)
                    + ", which deletes all but the last event of each join key. Set it with: "
                    + alter(name, TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE));
        }
        long keptMs = Long.parseLong(value(config, TopicConfig.RETENTION_MS_CONFIG));
        if (keptMs >= 0 && keptMs < retention.toMillis()) {
            warnings.add("topic " + name + " keeps its records for " + Durations.format(Duration.ofMillis(keptMs))
                    + ", and the join needs its events for " + Durations.format(retention)
                    + ", so a lost join store cannot be rebuilt completely; set it with: "
                    + alter(name, TopicConfig.RETENTION_MS_CONFIG, retention.toMillis()));
        }
        int room = Integer.parseInt(value(config, TopicConfig.MAX_MESSAGE_BYTES_CONFIG));
        if (room < LightEventDecoder.MAX_RECORD_BYTES) {
            warnings.add("topic " + name + " takes records of up to " + room + " bytes, and light events have up to "
                    + LightEventDecoder.MAX_RECORD_BYTES + "; set it with: "
                    + alter(
                            name,
                            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                            LightEventDecoder.MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES));
        }
    }

    private void requireCompacted(String ledger, Config config) {
        String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
        if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
            throw new IllegalStateException("topic " + ledger + " has " + TopicConfig.CLEANUP_POLICY_CONFIG + "="
                    + policy + ", which deletes the positions of the group. Set it with: "
                    + alter(ledger, TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
        }
    }

    private String alter(String topic, String setting, Object value) {
        return "kafka-configs.sh --bootstrap-server " + servers() + " --alter --topic " + topic + " --add-config "
                + setting + "=" + value;
    }

    private String servers() {
        return settings.kafka().bootstrapServers();
    }

    private static String value(Config config, String setting) {
        return config.get(setting).value();
    }

    private int brokers() {
        try {
            return admin.describeCluster().nodes().get().size();
        } catch (ExecutionException e) {
            throw new KafkaException("looking up the brokers failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private Map<String, Config> configs(Collection<String> topics) {
        List<ConfigResource> wanted = topics.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        try {
            return admin.describeConfigs(wanted).all().get().entrySet().stream()
                    .collect(Collectors.toMap(found -> found.getKey().name(), Map.Entry::getValue));
        } catch (ExecutionException e) {
            throw new KafkaException("looking up the settings of topics failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
