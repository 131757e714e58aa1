package io.lightflow.reports.server;

import io.lightflow.service.command.CommandRunner;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands of the reports server. */
@Command(
        name = "reports",
        mixinStandardHelpOptions = true,
        description = "Campaigns, budgets and statistics over HTTP.",
        subcommands = ReportsServeCommand.class)
public final class ReportsMain {
    private ReportsMain() {}

    public static void main(String[] arguments) {
        CommandRunner.run(new ReportsMain(), "reports-log4j2.xml", arguments);
    }

    /** The commands. */
    public static CommandLine commandLine() {
        return CommandRunner.commandLine(new ReportsMain());
    }
}
