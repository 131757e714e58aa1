package io.lightflow.topology;

import io.lightflow.database.PostgresSchema;
import io.lightflow.topology.kafka.KafkaClients;
import io.lightflow.topology.kafka.TopicSetup;
import io.lightflow.topology.operator.SettingsOption;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import io.lightflow.topology.settings.TopologyKind;
import io.lightflow.topology.trident.Parts;
import io.lightflow.topology.trident.RegistrySchemas;
import io.lightflow.topology.trident.Topologies;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.time.Duration;
import java.util.Optional;
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

/** {@code lightflow submit}: what {@code storm jar} runs. */
@Command(
        name = "submit",
        mixinStandardHelpOptions = true,
        description = "Prepare topics, tables and schemas of a group, and submit its topologies to Storm.")
public final class SubmitCommand implements Callable<Integer> {
    /** A worker that was killed is taken for gone when its ZooKeeper session has ended. */
    private static final Duration OWNER_LEAVES_WITHIN = Duration.ofSeconds(15);

    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingsOption settingsOption;

    @Option(names = "--only", description = "Submit only this topology: ${COMPLETION-CANDIDATES}.")
    private TopologyKind only;

    @Option(names = "--parallelism", description = "Number of tasks, in place of the one in the settings.")
    private Integer parallelism;

    @Override
    public Integer call() throws Exception {
        GroupSettings settings = settingsOption.read();
        if (parallelism != null && (parallelism < 1 || parallelism > settings.shards())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--parallelism must lie between 1 and the number of shards, " + settings.shards() + ", found "
                            + parallelism);
        }
        for (TopologyKind kind : TopologyKind.values()) {
            if (only == null || only == kind) {
                refuseSecond(settings, kind);
            }
        }
        prepare(settings);
        for (TopologyKind kind : TopologyKind.values()) {
            if (only == null || only == kind) {
                submit(settings, kind);
            }
        }
        return 0;
    }

    private static void refuseSecond(GroupSettings settings, TopologyKind kind) {
        refuseSameName(kind.topologyName(settings.group()));
        try (GroupNodes nodes = GroupNodes.connect(settings, kind)) {
            Optional<String> owner = nodes.ownerAfter(OWNER_LEAVES_WITHIN);
            if (owner.isPresent()) {
                throw new SettingsException(
                        "group " + settings.group() + " has a " + kind.word()
                                + " topology at work already, under another" + " name or on another Storm cluster: "
                                + owner.get() + "; kill it first",
                        null);
            }
        }
    }

    private static void refuseSameName(String name) {
        try (NimbusClient nimbus =
                NimbusClient.Builder.withConf(Utils.readStormConfig()).build()) {
            if (!nimbus.getClient().isTopologyNameAllowed(name)) {
                throw new SettingsException(alreadyThere(name), null);
            }
        } catch (TException e) {
            throw new IllegalStateException("asking Nimbus whether there is a topology " + name + " failed: " + e, e);
        }
    }

    private static String alreadyThere(String name) {
        return "Storm has a topology " + name + " already; kill it first with: storm kill " + name;
    }

    /** Checks and makes what the topologies of a group need, as far as it is not there. Safe to repeat. */
    public static void prepare(GroupSettings settings) {
        Parts.checkStore(settings);
        RegistrySchemas.connect(settings.registry()).register();
        try (Admin admin = new KafkaClients(settings.kafka()).admin("lightflow-prepare-" + settings.group())) {
            TopicSetup.createOutputs(admin, settings);
        }
        new PostgresSchema(Parts.postgres(settings)).migrate();
    }

    private void submit(GroupSettings settings, TopologyKind kind) throws Exception {
        int tasks = parallelism == null ? Topologies.parallelism(kind, settings) : parallelism;
        String name = kind.topologyName(settings.group());
        try {
            StormSubmitter.submitTopology(
                    name, Topologies.config(kind, settings), Topologies.build(kind, settings, tasks));
        } catch (AlreadyAliveException e) {
            throw new SettingsException(alreadyThere(name), e);
        }
        System.out.println("submitted " + name + " with " + tasks + " tasks");
    }
}
