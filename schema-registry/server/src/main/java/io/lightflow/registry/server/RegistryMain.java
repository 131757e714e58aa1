package io.lightflow.registry.server;

import io.lightflow.registry.sync.SyncCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands of the schema registry. */
@Command(
        name = "schema-registry",
        mixinStandardHelpOptions = true,
        description = "A schema registry that speaks the Confluent Schema Registry REST API.",
        subcommands = {ServeCommand.class, SyncCommand.class})
public final class RegistryMain {
    private static final String LOG_SETTINGS = "log4j2.configurationFile";

    private RegistryMain() {}

    public static void main(String[] arguments) {
        if (System.getProperty(LOG_SETTINGS) == null) {
            System.setProperty(LOG_SETTINGS, "classpath:registry-log4j2.xml");
        }
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new RegistryMain()).setExecutionExceptionHandler((e, command, parsed) -> {
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
