package io.lightflow.reports.server;

import io.lightflow.service.command.CommandRunner;
import java.util.List;
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

    /**
     * The command {@code serve} of a server that also runs queries over events.
     *
     * @param queryCommand starts a process for queries
     */
    public static CommandLine serveCommand(List<String> queryCommand) {
        return CommandRunner.commandLine(new ReportsServeCommand(queryCommand));
    }
}
