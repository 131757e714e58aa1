package io.lightflow.topology.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.lightflow.topology.doctor.Finding.Level;
import io.lightflow.topology.settings.GroupSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A check that fails is a finding, and does not end the others. */
class CheckupTest {
    @TempDir
    private Path folder;

    private final List<Finding> found = new ArrayList<>();

    @Test
    void aFailureIsAFindingAndTheNextCheckRuns() {
        new Checkup()
                .add("Kafka", findings -> {
                    findings.ok("3 brokers");
                    throw new IllegalStateException("topics cannot be read");
                })
                .add("disks", findings -> findings.warning("5% free", "free space"))
                .run(found::add);

        assertThat(found)
                .extracting(Finding::level, Finding::subject, Finding::fact)
                .containsExactly(
                        tuple(Level.OK, "Kafka", "3 brokers"),
                        tuple(Level.ERROR, "Kafka", "topics cannot be read"),
                        tuple(Level.WARNING, "disks", "5% free"));
        assertThat(found)
                .allMatch(finding ->
                        finding.level() == Level.OK || !finding.remedy().isEmpty());
    }

    @Test
    void foldersOfThisMachineAreChecked() throws Exception {
        Path store = folder.resolve("store");
        GroupSettings settings = GroupSettings.parse("""
                group: us
                dataCenters: [us-west]
                shards: 2
                kafka: {bootstrapServers: "kafka:9092"}
                registry: {urls: ["http://registry:8081"]}
                postgres: {url: "jdbc:postgresql://db/lightflow", user: lightflow}
                zookeeper: {connect: "zk:2181"}
                store: {rocksdb: {directory: "%s"}}
                """.formatted(store));
        check(settings);
        assertThat(found).extracting(Finding::fact).anyMatch(fact -> fact.contains(store + " is not on this machine"));

        Files.createDirectories(store);
        check(settings);
        assertThat(found).extracting(Finding::fact).anyMatch(fact -> fact.contains(store + " has "));
    }

    private void check(GroupSettings settings) {
        found.clear();
        new Checkup().add("disks", new MachineCheck(settings)::disks).run(found::add);
    }
}
