package io.lightflow.registry.server;

import io.lightflow.registry.sync.SyncCommand;
import io.lightflow.service.command.Commands;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands of the schema registry. */
@Command(
        name = "schema-registry",
        mixinStandardHelpOptions = true,
        description = "A schema registry that speaks the Confluent Schema Registry REST API.",
        subcommands = {ServeCommand.class, SyncCommand.class})
public final class RegistryMain {
    private RegistryMain() {}

    public static void main(String[] arguments) {
        Commands.run(new RegistryMain(), "registry-log4j2.xml", arguments);
    }

    /** The commands. */
    public static CommandLine commandLine() {
        return Commands.commandLine(new RegistryMain());
    }
}
