package io.lightflow.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.JoinRules;
import io.lightflow.topology.settings.SubmittedRules;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ZooKeeper keeps the rules of the join that were submitted, with the time of each change. */
class SubmittedRulesTest {
    private static final int MAX_CHANGES = 100;
    private static final JoinRules DAY = rules("orphanAfter: 24h");
    private static final JoinRules HOUR = rules("{orphanAfter: 1h, advertisers: {a.b: {orphanAfter: 2h}}}");

    @TempDir
    private Path directory;

    private EmbeddedZooKeeper server;
    private GroupNodes nodes;

    @BeforeEach
    void start() {
        server = new EmbeddedZooKeeper(directory);
        server.start();
        nodes = GroupNodes.connect(settings(server.connectString()), DataflowTopology.INSTANCE);
    }

    @AfterEach
    void stop() {
        nodes.close();
        server.close();
    }

    private static GroupSettings settings(String connect) {
        return GroupSettings.parse("""
                group: us
                dataCenters: [us-west]
                shards: 8
                kafka: {bootstrapServers: "kafka:9092"}
                registry: {urls: ["http://registry:8081"]}
                postgres: {url: "jdbc:postgresql://db/lightflow", user: lightflow}
                zookeeper: {connect: "%s"}
                store: {rocksdb: {directory: /var/lib/lightflow/us}}
                """.formatted(connect));
    }

    private static JoinRules rules(String yaml) {
        return JoinRules.parse(yaml);
    }

    private static Instant at(long ms) {
        return Instant.ofEpochMilli(ms);
    }

    @Test
    void beforeTheFirstSubmissionNothingIsKnown() {
        assertThat(nodes.submittedRules(at(5))).isEmpty();
    }

    @Test
    void eachChangeIsKeptWithItsTime() {
        nodes.keepSubmittedRules(DAY, at(10));
        nodes.keepSubmittedRules(DAY, at(20));
        nodes.keepSubmittedRules(HOUR, at(100));
        nodes.keepSubmittedRules(DAY, at(90));

        assertThat(nodes.submittedRules(at(1_000)))
                .as("by a clock that was set back once")
                .containsExactly(
                        new SubmittedRules(10, DAY), new SubmittedRules(100, HOUR), new SubmittedRules(101, DAY));
    }

    @Test
    void rulesThatAnEarlierBuildSubmittedCountSinceEver() {
        nodes.keepSubmittedSettings(
                "join.orphanAfter: \"1h\"\njoin.advertisers.a.b.orphanAfter: \"2h\"\nshards: \"8\"\n");

        assertThat(nodes.submittedRules(at(50))).containsExactly(new SubmittedRules(0, HOUR));
        nodes.keepSubmittedRules(DAY, at(60));

        // The settings are those of the last submission until this one has succeeded.
        assertThat(nodes.submittedRules(at(70)))
                .containsExactly(
                        new SubmittedRules(0, HOUR), new SubmittedRules(60, DAY), new SubmittedRules(70, HOUR));
        nodes.keepSubmittedSettings("join.orphanAfter: \"1d\"\n");
        assertThat(nodes.submittedRules(at(80)))
                .containsExactly(new SubmittedRules(0, HOUR), new SubmittedRules(60, DAY));
    }

    @Test
    void theOldestOfManyChangesIsDropped() {
        IntStream.rangeClosed(1, MAX_CHANGES + 5)
                .forEach(change -> nodes.keepSubmittedRules(rules("rowCap: " + change), at(change)));

        assertThat(nodes.submittedRules(at(1_000)))
                .hasSize(MAX_CHANGES)
                .startsWith(new SubmittedRules(6, rules("rowCap: 6")))
                .endsWith(new SubmittedRules(MAX_CHANGES + 5, rules("rowCap: " + (MAX_CHANGES + 5))));
    }

    @Test
    void unreadableRulesAreAnErrorThatSaysSo() {
        nodes.keepSubmittedSettings("join.orphanAfter: \"soon\"\n");

        assertThatThrownBy(() -> nodes.submittedRules(at(1)))
                .hasMessageContaining("the rules of the join that were submitted are unreadable");
    }
}
