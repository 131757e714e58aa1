package io.lightflow.deploy.cluster;

import io.lightflow.topology.Main;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.operator.CommandErrors;
import io.lightflow.topology.operator.TopologyNames;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.storm.generated.TopologySummary;
import org.apache.storm.thrift.TException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The commands behind {@code deploy/cluster/up}, {@code submit}, {@code status}, {@code restart}, {@code kill},
 * {@code lightflow} and {@code down}.
 */
@Command(
        name = "cluster",
        description = "The platform as separate processes on this machine.",
        synopsisSubcommandLabel = "COMMAND")
public final class ClusterMain {
    private static final String LOG_CONFIGURATION = "log4j2.configurationFile";

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = CommandLine.ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    private ClusterMain() {}

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            System.setProperty(LOG_CONFIGURATION, "classpath:io/lightflow/deploy/cluster/cli-log4j2.xml");
        }
        System.exit(commandLine().execute(arguments));
    }

    /** The commands. */
    public static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new ClusterMain());
        commandLine.getSubcommands().get("lightflow").setUnmatchedOptionsArePositionalParams(true);
        return CommandErrors.installOn(commandLine.setCaseInsensitiveEnumValuesAllowed(true));
    }

    /** The option for the data directory, which every command has. */
    static final class DataOption {
        @Option(
                names = "--data",
                paramLabel = "DIR",
                description = "Data directory of the cluster (default: deploy/target/cluster).")
        private Path data;

        Path data() {
            Path folder =
                    data != null ? data : ProjectBuild.ofThisClass().project().resolve("deploy/target/cluster");
            return folder.toAbsolutePath().normalize();
        }

        Cluster cluster() {
            return Cluster.in(data())
                    .orElseThrow(() -> new IllegalStateException("There is no cluster in " + data()
                            + ". Start one with `up`, or name its directory with --data."));
        }
    }

    @Command(name = "up", description = "Start all processes that do not run, and wait until all are ready.")
    int up(
            @Mixin DataOption where,
            @Option(
                            names = "--components",
                            split = ",",
                            paramLabel = "NAME",
                            description = "Run only these: ${COMPLETION-CANDIDATES}. Stored; default: all.")
                    Set<Component> components,
            @Option(
                            names = "--data-centers",
                            split = ",",
                            paramLabel = "DC",
                            description = "The front clusters. Stored; default: eu,us-west,us-east.")
                    List<String> dataCenters,
            @Option(
                            names = "--partitions",
                            paramLabel = "N",
                            description = "Partitions of each light topic, in every data center. Stored; default: "
                                    + ClusterSettings.PARTITIONS + ".")
                    Integer partitions,
            @Option(
                            names = "--asd",
                            paramLabel = "FILE",
                            description = "The executable of an Aerospike server. A node of it then runs as well, and"
                                    + " deploy/cluster/groups/GROUP-aerospike.yaml uses it as the join store. Stored.")
                    Path asd,
            @Option(
                            names = "--port",
                            paramLabel = "USE=PORT",
                            description = "Fix a port, such as nimbus=6627. Stored; the other ports are chosen once.")
                    Map<String, Integer> fixedPorts) {
        if (asd != null) {
            // Fails before the setting is stored.
            AerospikeNode.requireExecutable(asd);
        }
        Path data = where.data();
        ClusterSettings before = ClusterSettings.rememberedIn(data).orElseGet(() -> ClusterSettings.everything(data));
        ClusterSettings settings = new ClusterSettings(
                data,
                components != null ? components : before.components(),
                dataCenters != null ? dataCenters : before.dataCenters(),
                partitions != null ? partitions : before.partitions(),
                before.proxied(),
                asd != null ? Optional.of(asd.toAbsolutePath().normalize()) : before.asd());
        long begin = System.nanoTime();
        Cluster cluster = Cluster.of(settings);
        if (fixedPorts != null) {
            cluster = cluster.withPorts(fixedPorts);
        }
        cluster.up(this::print);
        print("Up in %.1f s; all data is in %s".formatted((System.nanoTime() - begin) / 1e9, data));
        cluster.endpoints().asKeys(settings).forEach((name, address) -> print("  %-16s %s".formatted(name, address)));
        return CommandLine.ExitCode.OK;
    }

    @Command(name = "down", description = "Stop the processes of this cluster. The data stays.")
    int down(@Mixin DataOption where) {
        where.cluster().down(this::print);
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "status",
            description = "Show processes, workers and topologies. Exit status 0 if all processes are ready, else 1.")
    int status(@Mixin DataOption where) {
        Cluster cluster = where.cluster();
        boolean allReady = true;
        print("%-16s %8s  %-10s %s".formatted("PROCESS", "PID", "STATE", "LOGS"));
        for (ClusterProcess process : cluster.processes()) {
            OptionalLong pid = process.pid();
            boolean ready = pid.isPresent() && process.isReady();
            allReady &= ready;
            String state = ready ? "ready" : pid.isPresent() ? "not ready" : "down";
            print("%-16s %8s  %-10s %s"
                    .formatted(
                            process.name(),
                            pid.isPresent() ? Long.toString(pid.getAsLong()) : "-",
                            state,
                            process.logs()));
        }
        for (StormWorker worker : cluster.workers()) {
            print("%-16s %8d  %-10s %s"
                    .formatted("worker " + worker.port(), worker.pid(), "running", cluster.logsOf(worker)));
        }
        topologies(cluster).forEach(this::print);
        return allReady ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    @Command(name = "restart", description = "Stop a process if it runs, start it, and wait until it is ready.")
    int restart(
            @Mixin DataOption where,
            @Parameters(paramLabel = "PROCESS", description = "The name that `status` prints.") String process) {
        Cluster cluster = where.cluster();
        cluster.restart(process);
        print(cluster.process(process) + " is ready");
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "submit",
            description = "Submit the topologies of a group, as `storm jar` does.",
            footer = "Keys in the settings, such as $${kafka.central} and $${jdbcUrl}, are replaced by this cluster's"
                    + " addresses; docs/operating/cluster.md lists them.")
    int submit(
            @Mixin DataOption where,
            @Parameters(paramLabel = "GROUP", description = "The group, such as us or eu.") String group,
            @Option(
                            names = "--parallelism",
                            paramLabel = "N",
                            description = "Number of tasks among which a group's shards are distributed.")
                    Integer parallelism,
            @Option(
                            names = "--only",
                            paramLabel = "TOPOLOGY",
                            converter = TopologyNames.Converter.class,
                            completionCandidates = TopologyNames.class,
                            description = "Submit only this topology: ${COMPLETION-CANDIDATES}.")
                    TopologyDescriptor only,
            @Option(
                            names = "--settings",
                            paramLabel = "FILE",
                            description = "The group's settings (default: deploy/cluster/groups/GROUP.yaml).")
                    Path settings,
            @Option(names = "--jar", paramLabel = "FILE", description = "The topology jar (default: the build's).")
                    Path jar,
            @Option(names = "--main", paramLabel = "CLASS", defaultValue = Cluster.TOPOLOGY_MAIN, hidden = true)
                    String main) {
        Cluster cluster = where.cluster();
        ProjectBuild build = ProjectBuild.ofThisClass();
        List<String> options = new ArrayList<>();
        if (parallelism != null) {
            options.addAll(List.of("--parallelism", parallelism.toString()));
        }
        if (only != null) {
            options.addAll(List.of("--only", only.name()));
        }
        Path source = settings != null ? settings : GroupFile.source(build, group);
        Path topologyJar = jar != null ? jar.toAbsolutePath() : build.topologyJar();
        print(cluster.submit(group, source, topologyJar, main, options).stripTrailing());
        return CommandLine.ExitCode.OK;
    }

    @Command(
            name = "lightflow",
            description = {
                "The operator's commands for a group's topologies: show, pause, resume, accept-gap, certify,"
                        + " rebuild-store.",
                "They use the settings of the last submission, or deploy/cluster/groups/GROUP.yaml."
            },
            footer = {
                "show, pause and resume take --only TOPOLOGY (dataflow or stats-counter); show takes --offsets,",
                "accept-gap takes --topology TOPOLOGY, --shard N, --topic NAME and --to OFFSET;",
                "certify takes --hour HOUR, --last or --follow, and --shard N, --report FILE, --metrics FILE."
            })
    int lightflow(
            @Mixin DataOption where,
            @Parameters(index = "0", paramLabel = "COMMAND", description = "The command.") String command,
            @Parameters(index = "1", paramLabel = "GROUP", description = "The group, such as us or eu.") String group,
            @Parameters(index = "2..*", paramLabel = "OPTION", description = "Options of that command.")
                    List<String> options) {
        Cluster cluster = where.cluster();
        List<String> arguments = new ArrayList<>(
                List.of(command, "--settings", GroupFile.of(cluster, group).toString()));
        if (options != null) {
            arguments.addAll(options);
        }
        return Main.commandLine()
                .setErr(spec.commandLine().getErr())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments.toArray(String[]::new));
    }

    @Command(name = "kill", description = "Kill a topology, and wait until it and its workers have ended.")
    int kill(
            @Mixin DataOption where,
            @Parameters(paramLabel = "TOPOLOGY", description = "The name that `status` prints.") String topology) {
        if (!where.cluster().killTopology(topology)) {
            throw new IllegalArgumentException(
                    "There is no topology '" + topology + "'; `status` lists the topologies");
        }
        print(topology + " has ended");
        return CommandLine.ExitCode.OK;
    }

    private static List<String> topologies(Cluster cluster) {
        if (!cluster.settings().has(Component.STORM)) {
            return List.of();
        }
        try {
            return cluster.stormClient().topologies().stream()
                    .map(ClusterMain::line)
                    .toList();
        } catch (TException e) {
            return List.of("The topologies are unknown: Nimbus does not respond.");
        }
    }

    private static String line(TopologySummary topology) {
        return "topology %s: %s for %d s, %d workers, %d tasks"
                .formatted(
                        topology.get_name(),
                        topology.get_status(),
                        topology.get_uptime_secs(),
                        topology.get_num_workers(),
                        topology.get_num_tasks());
    }

    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
