package io.lightflow.service.command;

import picocli.CommandLine;

/** Runs the commands of a service. */
public final class CommandRunner {
    private static final String LOG_SETTINGS = "log4j2.configurationFile";

    private CommandRunner() {}

    /**
     * Runs the command, and exits the JVM with its exit code.
     *
     * @param command a command with picocli's annotations
     * @param logSettings the logging configuration on the class path, unless a system property names another one
     */
    public static void run(Object command, String logSettings, String... arguments) {
        if (System.getProperty(LOG_SETTINGS) == null) {
            System.setProperty(LOG_SETTINGS, "classpath:" + logSettings);
        }
        System.exit(commandLine(command).execute(arguments));
    }

    /** Creates a command line that prints failures as messages, without a stack trace. */
    public static CommandLine commandLine(Object command) {
        return new CommandLine(command).setExecutionExceptionHandler((e, failed, parsed) -> {
            failed.getErr().println(explain(e));
            return failed.getCommandSpec().exitCodeOnExecutionException();
        });
    }

    /** Appends the messages of causes that add information. */
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
