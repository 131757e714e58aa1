package io.lightflow.topology;

import io.lightflow.topology.operator.AcceptGapCommand;
import io.lightflow.topology.operator.PauseCommand;
import io.lightflow.topology.operator.ResumeCommand;
import io.lightflow.topology.operator.ShowCommand;
import io.lightflow.topology.settings.SettingsException;
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

    /** The commands, with errors told in one line and no stack trace where it would not help. */
    public static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler((e, commandLine, parsed) -> {
            commandLine.getErr().println(e instanceof SettingsException ? e.getMessage() : describe(e));
            return commandLine.getCommandSpec().exitCodeOnExecutionException();
        });
    }

    private static String describe(Throwable e) {
        StringBuilder text = new StringBuilder();
        for (Throwable at = e; at != null; at = at.getCause()) {
            text.append(text.isEmpty() ? "" : "\n  because of ").append(at);
        }
        return text.toString();
    }

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}
