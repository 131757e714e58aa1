package io.lightflow.topology.doctor;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.operator.GroupStatus;
import io.lightflow.topology.operator.ShardStatus;
import io.lightflow.topology.operator.WrongClocks;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.nio.file.Path;
import java.util.List;

/** Checks a group's registry, its topologies and their ledgers. */
final class GroupCheck {
    private final GroupSettings settings;
    private final Path file;

    /** @param file the settings file, for the commands to run */
    GroupCheck(GroupSettings settings, Path file) {
        this.settings = settings;
        this.file = file;
    }

    void registry(Findings findings) {
        List<String> missing = RegistrySchemas.connect(settings.registry()).missing();
        if (missing.isEmpty()) {
            findings.ok("the registry at " + settings.registry().urls() + " has all schemas");
        } else {
            findings.warning(
                    "the registry lacks the schemas " + missing,
                    "submit the topologies, which registers them: see docs/operating/submit.md");
        }
    }

    void topology(TopologyDescriptor topology, Findings findings) {
        topology.check(settings);
        try (GroupStatus status = new GroupStatus(settings, topology);
                GroupNodes nodes = GroupNodes.connect(settings, topology)) {
            owner(topology, nodes, findings);
            nodes.stops()
                    .forEach((shard, reason) -> findings.error(
                            "shard " + shard + " has stopped",
                            reason.replace("--settings FILE", "--settings " + file)));
            List<ShardStatus> shards = status.shards();
            long unbalanced = shards.stream()
                    .filter(shard -> !shard.position().books().balanced())
                    .count();
            findings.expect(
                    unbalanced == 0,
                    unbalanced == 0
                            ? "the ledger has " + shards.size() + " shards, and their books balance"
                            : "the books of " + unbalanced + " shards do not balance",
                    "report it as a defect, with the output of: lightflow show --settings " + file + " --offsets");
            shards.stream()
                    .filter(shard -> shard.gap() != null)
                    .forEach(shard -> findings.error(
                            "shard " + shard.shard() + " lacks records: " + shard.gap(),
                            "restore the records, or accept the loss with: lightflow accept-gap --settings " + file
                                    + " --topology " + topology.name() + " --shard " + shard.shard() + " --topic "
                                    + shard.gap().topic() + " --to "
                                    + shard.gap().oldest()));
            new WrongClocks(shards)
                    .describe()
                    .forEach(clock -> findings.warning(clock, "synchronize the server's clock, such as with chrony"));
        }
    }

    private void owner(TopologyDescriptor topology, GroupNodes nodes, Findings findings) {
        String name = topology.stormName(settings.group());
        if (nodes.isPausedNow()) {
            findings.warning(
                    name + " is paused",
                    "continue with: lightflow resume --settings " + file + " --only " + topology.name());
        } else if (nodes.owner().isPresent()) {
            findings.ok(name + " runs");
        } else {
            findings.warning(name + " does not run", "submit it: see docs/operating/submit.md");
        }
    }
}
