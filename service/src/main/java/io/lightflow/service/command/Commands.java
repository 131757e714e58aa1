package io.lightflow.service.command;

import picocli.CommandLine;

/** Runs the commands of a service. */
public final class Commands {
    private static final String LOG_SETTINGS = "log4j2.configurationFile";

    private Commands() {}

    /**
     * Runs what the arguments ask for, and ends this JVM with its exit code.
     *
     * @param command annotated for picocli
     * @param logSettings on the class path; unless a system property names others
     */
    public static void run(Object command, String logSettings, String... arguments) {
        if (System.getProperty(LOG_SETTINGS) == null) {
            System.setProperty(LOG_SETTINGS, "classpath:" + logSettings);
        }
        System.exit(commandLine(command).execute(arguments));
    }

    /** Says what failed in words, without a stack trace. */
    public static CommandLine commandLine(Object command) {
        return new CommandLine(command).setExecutionExceptionHandler((e, failed, parsed) -> {
            failed.getErr().println(explain(e));
            return failed.getCommandSpec().exitCodeOnExecutionException();
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
