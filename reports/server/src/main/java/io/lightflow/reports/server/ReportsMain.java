package io.lightflow.reports.server;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands of the reports. */
@Command(
        name = "reports",
        mixinStandardHelpOptions = true,
        description = "Campaigns, budgets and statistics over HTTP.",
        subcommands = ServeCommand.class)
public final class ReportsMain {
    private static final String LOG_SETTINGS = "log4j2.configurationFile";

    private ReportsMain() {}

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_SETTINGS) == null) {
            System.setProperty(LOG_SETTINGS, "classpath:reports-log4j2.xml");
        }
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new ReportsMain()).setExecutionExceptionHandler((e, command, parsed) -> {
            command.getErr().println(explain(e));
            return command.getCommandSpec().exitCodeOnExecutionException();
        });
    }

    /** The causes as well, where they say more. */
    private static String explain(Throwable failure) {
        StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            if (message != null && text.indexOf(message) < 0) {
                text.append(System.lineSeparator()).append("  because: ").append(message);
            }
        }
        return text.toString();
    }
}
