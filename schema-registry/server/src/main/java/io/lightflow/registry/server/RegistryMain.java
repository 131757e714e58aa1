package io.lightflow.registry.server;

import io.lightflow.registry.sync.SyncCommand;
import io.lightflow.service.command.CommandRunner;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands of the schema registry. */
@Command(
        name = "schema-registry",
        mixinStandardHelpOptions = true,
        description = "A schema registry with the Confluent Schema Registry REST API.",
        subcommands = {RegistryServeCommand.class, SyncCommand.class})
public final class RegistryMain {
    private RegistryMain() {}

    public static void main(String[] arguments) {
        CommandRunner.run(new RegistryMain(), "registry-log4j2.xml", arguments);
    }

    /** The commands. */
    public static CommandLine commandLine() {
        return CommandRunner.commandLine(new RegistryMain());
    }
}
