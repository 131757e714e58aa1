package io.lightflow.reports.server;

import io.lightflow.service.command.Commands;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands of the reports. */
@Command(
        name = "reports",
        mixinStandardHelpOptions = true,
        description = "Campaigns, budgets and statistics over HTTP.",
        subcommands = ServeCommand.class)
public final class ReportsMain {
    private ReportsMain() {}

    public static void main(String[] arguments) {
        Commands.run(new ReportsMain(), "reports-log4j2.xml", arguments);
    }

    /** The commands. */
    public static CommandLine commandLine() {
        return Commands.commandLine(new ReportsMain());
    }
}
