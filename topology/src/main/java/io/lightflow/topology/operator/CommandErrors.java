package io.lightflow.topology.operator;

import io.lightflow.topology.settings.SettingsException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** How commands report errors: briefly, with the whole usage only where that helps. */
public final class CommandErrors {
    private CommandErrors() {}

    /**
     * Makes a command and its subcommands report a wrong option with the option's fault and where the options are
     * listed, and a failure with its causes. The exit codes are picocli's: 2 and 1.
     */
    public static CommandLine installOn(CommandLine commandLine) {
        return commandLine
                .setParameterExceptionHandler((wrong, arguments) -> {
                    CommandLine command = wrong.getCommandLine();
                    PrintWriter err = command.getErr();
                    err.println(wrong.getMessage());
                    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err);
                    if (!command.getSubcommands().isEmpty()) {
                        // The subcommand is missing or wrong, and they are few.
                        command.usage(err);
                        return command.getCommandSpec().exitCodeOnInvalidInput();
                    }
                    err.println("`" + command.getCommandSpec().qualifiedName() + " --help` lists the options.");
                    return command.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (isBug(failure)) {
                        failure.printStackTrace(command.getErr());
                    } else {
                        command.getErr().println(withCauses(failure));
                    }
                    return command.getCommandSpec().exitCodeOnExecutionException();
                });
    }

    /** A failure that no user can have caused, and that nobody can find without its stack trace. */
    private static boolean isBug(Throwable failure) {
        return failure instanceof NullPointerException
                || failure instanceof ClassCastException
                || failure instanceof IndexOutOfBoundsException;
    }

    private static String withCauses(Throwable failure) {
        if (failure instanceof SettingsException) {
            return failure.getMessage(); // which is complete
        }
        List<String> lines = new ArrayList<>();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            // The messages of file exceptions are only a path; their class names the fault.
            String line = cause.getMessage() == null || cause instanceof FileSystemException
                    ? cause.toString()
                    : cause.getMessage();
            if (lines.stream().noneMatch(earlier -> earlier.contains(line))) {
                lines.add(line);
            }
        }
        return String.join(System.lineSeparator() + "  because: ", lines);
    }
}
