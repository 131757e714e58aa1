package io.lightflow.distribution;

import io.lightflow.deploy.cluster.ClusterMain;
import io.lightflow.registry.server.RegistryMain;
import io.lightflow.reports.server.ReportsMain;
import io.lightflow.topology.Main;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Prints the help of every command; run in a JVM of its own, since picocli keeps the first standard error stream. */
final class HelpPrinter {
    /** The commands behind scripts. */
    private static final List<String> SCRIPTS = List.of(
            "io.lightflow.deploy.local.RegistryCommand",
            "io.lightflow.lab.bench.BenchCommand",
            "io.lightflow.lab.bench.ProducerBenchCommand",
            "io.lightflow.lab.load.RegistryLoadCommand",
            "io.lightflow.lab.load.ReportsBenchCommand",
            "io.lightflow.lab.load.ReportsLoadCommand",
            "io.lightflow.lab.torture.TortureCommand",
            "io.lightflow.topology.simulation.SimulateCommand");

    private HelpPrinter() {}

    static Stream<CommandLine> commands() {
        return Stream.concat(
                        Stream.of(
                                LightflowCommand.commandLine(),
                                Main.commandLine(),
                                ClusterMain.commandLine(),
                                RegistryMain.commandLine(),
                                ReportsMain.commandLine()),
                        SCRIPTS.stream().map(HelpPrinter::command))
                .flatMap(HelpPrinter::withSubcommands);
    }

    private static CommandLine command(String name) {
        try {
            return new CommandLine(Class.forName(name));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("there is no command " + name, e);
        }
    }

    private static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpPrinter::withSubcommands));
    }

    public static void main(String[] arguments) {
        commands().forEach(command -> System.out.println(command.getUsageMessage()));
    }
}
