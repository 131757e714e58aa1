package io.lightflow.topology.submit;

import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.TopicChecks;
import io.lightflow.topology.operator.OnlyOption;
import io.lightflow.topology.operator.SettingsOption;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import io.lightflow.topology.trident.TridentTopologies;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.storm.StormSubmitter;
import org.apache.storm.generated.AlreadyAliveException;
import org.apache.storm.thrift.TException;
import org.apache.storm.utils.NimbusClient;
import org.apache.storm.utils.Utils;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lightflow submit}, which {@code storm jar} runs. */
@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        description = "Prepare topics, tables and schemas of a group, and submit its topologies to Storm.")
public class SubmitCommand implements Callable<Integer> {
    /** A killed worker counts as gone when its ZooKeeper session has ended. */
    private static final Duration OWNER_LEAVE_TIMEOUT = Duration.ofSeconds(15);

    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOption settingsOption;

    @Mixin
    private OnlyOption only;

    @Option(names = "--parallelism", description = "Number of tasks, instead of the one in the settings.")
    private Integer parallelism;

    @Override
    public Integer call() throws Exception {
        GroupSettings settings = settingsOption.read();
        settings.requireNoSecrets();
        if (parallelism != null && (parallelism < 1 || parallelism > settings.shards())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--parallelism must lie between 1 and the number of shards, " + settings.shards() + ", found "
                            + parallelism);
        }
        Set<String> changes = new LinkedHashSet<>();
        for (TopologyDescriptor topology : only.topologies(settings)) {
            requireNoOwner(settings, topology);
            changes.addAll(changes(settings, topology));
        }
        checkTopics(settings).forEach(warning -> System.out.println("warning: " + warning));
        changes.forEach(System.out::println);
        GroupPreparation.prepare(settings);
        for (TopologyDescriptor topology : only.topologies(settings)) {
            submit(settings, topology);
        }
        return 0;
    }

    private static void requireNoOwner(GroupSettings settings, TopologyDescriptor topology) {
        requireFreeName(topology.stormName(settings.group()));
        try (GroupNodes nodes = GroupNodes.connect(settings, topology)) {
            Optional<String> owner = nodes.ownerAfterWaiting(OWNER_LEAVE_TIMEOUT);
            if (owner.isPresent()) {
                throw new SettingsException(
                        "group " + settings.group() + " has a " + topology.name()
                                + " topology at work already, under another name or on another Storm cluster: "
                                + owner.get() + "; kill it there first with: storm kill " + stormName(owner.get()),
                        null);
            }
            nodes.withdrawStops();
        }
    }

    private static List<String> changes(GroupSettings settings, TopologyDescriptor topology) {
        try (GroupNodes nodes = GroupNodes.connect(settings, topology)) {
            return nodes.submittedSettings()
                    .map(submitted -> new SettingsChanges(submitted, settings).describe())
                    .orElse(List.of());
        }
    }

    private static List<String> checkTopics(GroupSettings settings) {
        try (Admin admin = new KafkaClients(settings.kafka()).admin("lightflow-submit-" + settings.group())) {
            return TopicChecks.check(admin, settings, settings.joinSettings().retention());
        }
    }

    /** Storm's id of a topology is its name with two numbers. */
    private static String stormName(String id) {
        return id.replaceAll("-\\d+-\\d+$", "");
    }

    private static void requireFreeName(String name) {
        try (NimbusClient nimbus =
                NimbusClient.Builder.withConf(Utils.readStormConfig()).build()) {
            if (!nimbus.getClient().isTopologyNameAllowed(name)) {
                throw new SettingsException(nameTaken(name), null);
            }
        } catch (TException e) {
            throw new IllegalStateException("asking Nimbus whether there is a topology " + name + " failed: " + e, e);
        }
    }

    private static String nameTaken(String name) {
        return "Storm has a topology " + name + " already; kill it first with: storm kill " + name;
    }

    private void submit(GroupSettings settings, TopologyDescriptor topology) throws Exception {
        int tasks = parallelism == null ? TridentTopologies.parallelism(topology, settings) : parallelism;
        String name = topology.stormName(settings.group());
        try (GroupNodes nodes = GroupNodes.connect(settings, topology)) {
            nodes.keepSubmittedRules(settings.join(), Instant.now());
        }
        try {
            StormSubmitter.submitTopology(
                    name,
                    TridentTopologies.config(topology, settings),
                    TridentTopologies.build(topology, settings, tasks));
        } catch (AlreadyAliveException e) {
            throw new SettingsException(nameTaken(name), e);
        }
        try (GroupNodes nodes = GroupNodes.connect(settings, topology)) {
            nodes.keepSubmittedSettings(SettingsChanges.withoutSecrets(settings));
        }
        System.out.println("submitted " + name + " with " + tasks + " tasks");
    }
}
