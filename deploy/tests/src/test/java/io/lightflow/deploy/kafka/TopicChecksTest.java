package io.lightflow.deploy.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.topology.kafka.GroupTopics;
import io.lightflow.topology.kafka.TopicChecks;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.settings.GroupSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A submission checks the topics of a real broker. */
@ExtendWith(SharedKafka.class)
class TopicChecksTest {
    private static final Duration RETENTION = Duration.ofDays(61);
    private static TestKafka kafka;

    @BeforeAll
    static void start(TestKafka shared) {
        kafka = shared;
    }

    private static List<String> check(String group, int shards) {
        return TopicChecks.check(kafka.admin(), settings(group, shards), RETENTION);
    }

    private static GroupSettings settings(String group, int shards) {
        return GroupSettings.parse("""
                group: %1$s
                dataCenters: [%1$s-west]
                shards: %2$d
                kafka: {bootstrapServers: "%3$s"}
                registry: {urls: ["http://127.0.0.1:1"]}
                postgres: {url: "jdbc:postgresql://127.0.0.1:1/none", user: nobody}
                zookeeper: {connect: "127.0.0.1:1"}
                store: {rocksdb: {directory: unused}}
                """.formatted(group, shards, kafka.broker().bootstrapServers()));
    }

    /** The broker learns of a new topic shortly after it was created. */
    private static void create(String topic, Map<String, String> configs) {
        kafka.broker().createTopic(topic, 2, configs);
        awaitTopic(topic);
    }

    private static void createOutputs(String group) {
        TopicSetup.createOutputs(kafka.admin(), settings(group, 2));
        awaitTopic(GroupTopics.ledger(group));
    }

    private static void awaitTopic(String topic) {
        TestKafka.await(topic + " exists", () -> TopicSetup.describe(kafka.admin(), List.of(topic))
                .containsKey(topic));
    }

    @Test
    void aGroupWithoutTopicsAndItsNewTopicsAreFine() {
        assertThat(check("new", 2)).isEmpty();
        createOutputs("new");
        assertThat(check("new", 2)).isEmpty();
    }

    @Test
    void anotherNumberOfShardsThanThatOfTheLedgerIsRefused() {
        createOutputs("grown");
        assertThatThrownBy(() -> check("grown", 4))
                .hasMessageContaining("the key shards of group grown cannot change from 2, the partitions of its ledger"
                        + " grown.ledger, to 4");
    }

    @Test
    void aLightTopicThatForgetsOrTakesTooLittleIsAWarningWithACommand() {
        create("short-west.clicks", Map.of("retention.ms", "86400000", "max.message.bytes", "100000"));
        assertThat(check("short", 2))
                .anySatisfy(warning -> assertThat(warning)
                        .contains("topic short-west.clicks keeps its records for 1d")
                        .contains("--alter --topic short-west.clicks --add-config retention.ms=5270400000"))
                .anySatisfy(warning -> assertThat(warning)
                        .contains("topic short-west.clicks takes records of up to 100000 bytes")
                        .contains("--add-config max.message.bytes="))
                .hasSize(2);
    }

    @Test
    void unsafeReplicationIsAWarningWithACommand() {
        createOutputs("unsafe");
        create("unsafe-west.tags", Map.of("min.insync.replicas", "2", "unclean.leader.election.enable", "true"));
        assertThat(check("unsafe", 2))
                .anySatisfy(warning -> assertThat(warning)
                        .contains("topic unsafe-west.tags has min.insync.replicas=2 of 1 replicas")
                        .contains("--add-config min.insync.replicas=1"))
                .anySatisfy(warning -> assertThat(warning)
                        .contains(
                                "--alter --topic unsafe-west.tags --add-config unclean.leader.election.enable=false"));
    }

    @Test
    void aLedgerThatIsNotCompactedIsRefused() {
        create(GroupTopics.ledger("deleted"), Map.of("cleanup.policy", "delete"));
        assertThatThrownBy(() -> check("deleted", 2))
                .hasMessageContaining("which deletes the positions of the group")
                .hasMessageContaining("--topic deleted.ledger --add-config cleanup.policy=compact");
    }
}
