package io.lightflow.topology.doctor;

import io.lightflow.event.EventType;
import io.lightflow.event.OutputTopic;
import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.TopicChecks;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.KafkaSection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Checks the central cluster and the front clusters: version, topics, permissions, replication, retention. */
final class KafkaCheck {
    private final GroupSettings settings;

    KafkaCheck(GroupSettings settings) {
        this.settings = settings;
    }

    private Admin admin(KafkaSection kafka) {
        return new KafkaClients(kafka).admin("lightflow-doctor-" + settings.group());
    }

    void central(Findings findings) throws ExecutionException, InterruptedException {
        try (Admin admin = admin(settings.kafka())) {
            describe(admin, settings.kafka(), findings);
            Set<String> light = GroupTopics.light(settings).keySet();
            Set<String> own = new TreeSet<>(Set.of(GroupTopics.ledger(settings.group())));
            Stream.of(OutputTopic.values()).forEach(output -> own.add(output.of(settings.group())));
            Map<String, TopicDescription> found = topics(admin, light, own);
            requireAll(
                    "light topics",
                    light,
                    found.keySet(),
                    "start the mirror, which creates them, with: lightflow mirror --settings mirror.yaml",
                    findings);
            if (found.keySet().stream().noneMatch(own::contains)) {
                findings.warning(
                        "the group has no output topics yet",
                        "submit its topologies, which creates them: see docs/operating/submit.md");
            } else {
                requireAll(
                        "topics of the group",
                        own,
                        found.keySet(),
                        "restore the deleted topic from a backup: see docs/operating/backup.md",
                        findings);
            }
            found.forEach((name, topic) -> requireOperations(
                    topic,
                    light.contains(name) ? Set.of(AclOperation.READ) : Set.of(AclOperation.READ, AclOperation.WRITE),
                    findings));
            topicChecks(admin, findings);
        }
    }

    private void topicChecks(Admin admin, Findings findings) {
        try {
            List<String> warnings = TopicChecks.check(
                    admin, settings, settings.join().of(settings.group()).retention());
            warnings.forEach(warning -> {
                int remedy = warning.lastIndexOf(';');
                findings.warning(
                        warning.substring(0, remedy),
                        warning.substring(remedy + 1).strip());
            });
            if (warnings.isEmpty()) {
                findings.ok("replication, retention and sizes of the topics are right");
            }
        } catch (IllegalStateException e) {
            findings.error(e.getMessage(), "correct the topic before anything runs");
        }
    }

    void front(String dc, Findings findings) throws ExecutionException, InterruptedException {
        KafkaSection kafka = settings.fronts().get(dc).kafka();
        try (Admin admin = admin(kafka)) {
            describe(admin, kafka, findings);
            Set<String> light = new TreeSet<>();
            Stream.of(EventType.values()).map(EventType::plural).forEach(light::add);
            Map<String, TopicDescription> found = topics(admin, light, Set.of());
            requireAll(
                    "light topics",
                    light,
                    found.keySet(),
                    "create them with " + settings.shards() + " partitions: kafka-topics.sh --bootstrap-server "
                            + kafka.bootstrapServers() + " --create --partitions " + settings.shards()
                            + " --topic NAME",
                    findings);
            found.forEach((name, topic) -> {
                requireOperations(topic, Set.of(AclOperation.READ), findings);
                if (topic.partitions().size() != settings.shards()) {
                    findings.error(
                            "topic " + name + " has " + topic.partitions().size() + " partitions, and the group "
                                    + settings.shards() + " shards",
                            "join keys must stay in their partition: create the topic again with " + settings.shards()
                                    + " partitions before events are sent");
                }
            });
        }
    }

    private static void describe(Admin admin, KafkaSection kafka, Findings findings)
            throws ExecutionException, InterruptedException {
        int brokers = admin.describeCluster().nodes().get().size();
        FinalizedVersionRange version = admin.describeFeatures()
                .featureMetadata()
                .get()
                .finalizedFeatures()
                .get("metadata.version");
        findings.ok(brokers + (brokers == 1 ? " broker" : " brokers") + " at " + kafka.bootstrapServers()
                + (version == null ? "" : ", metadata.version " + version.maxVersionLevel()));
    }

    private static Map<String, TopicDescription> topics(Admin admin, Collection<String> some, Collection<String> others)
            throws ExecutionException, InterruptedException {
        Set<String> names = new TreeSet<>(some);
        names.addAll(others);
        Map<String, TopicDescription> found = new TreeMap<>();
        for (var topic : admin.describeTopics(names, new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .topicNameValues()
                .entrySet()) {
            try {
                found.put(topic.getKey(), topic.getValue().get());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
        }
        return found;
    }

    private static void requireAll(
            String what, Set<String> wanted, Set<String> found, String remedy, Findings findings) {
        Set<String> missing = new TreeSet<>(wanted);
        missing.removeAll(found);
        findings.expect(
                missing.isEmpty(),
                missing.isEmpty() ? "all " + wanted.size() + " " + what + " exist" : what + " are missing: " + missing,
                remedy);
    }

    private static void requireOperations(TopicDescription topic, Set<AclOperation> wanted, Findings findings) {
        // Null if the cluster has no authorizer.
        if (topic.authorizedOperations() != null) {
            Set<AclOperation> missing = new TreeSet<>(wanted);
            missing.removeAll(topic.authorizedOperations());
            if (!missing.isEmpty()) {
                findings.error(
                        "this user may not " + missing + " topic " + topic.name(),
                        "allow it with: kafka-acls.sh --bootstrap-server SERVERS --add --allow-principal User:NAME"
                                + " --operation "
                                + missing.iterator().next() + " --topic " + topic.name());
            }
        }
    }
}
