package io.lightflow.topology;

import io.lightflow.topology.operator.AcceptGapCommand;
import io.lightflow.topology.operator.PauseCommand;
import io.lightflow.topology.operator.ResumeCommand;
import io.lightflow.topology.operator.ShowCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The main class for {@code storm jar}, and the operator's commands. */
@Command(
        name = "lightflow",
        mixinStandardHelpOptions = true,
        description = "Exactly-once joins and statistics for advertising events.",
        subcommands = {
            SubmitCommand.class,
            ShowCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            AcceptGapCommand.class
        })
public final class Main {
    private Main() {}

    /** The commands. */
    public static CommandLine commandLine() {
        return CommandErrors.inWords(new CommandLine(new Main()));
    }

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}
