package io.lightflow.lab.up;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.reconcile.ReconcileCommand;
import io.lightflow.topology.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** Runs the operator's commands on a group, as from a shell. Takes over the standard output while one runs. */
final class Operator {
    private final Path settings;

    /** @param folder where to write the settings file */
    Operator(Stand stand, DcGroup group, Path folder) throws IOException {
        this.settings = Files.writeString(
                folder.resolve(group.name() + ".yaml"),
                stand.stack().groupSettings(group).toYaml());
    }

    /**
     * Runs commands with changed settings.
     *
     * @param from part of the settings of the stand
     * @param to what takes its place
     */
    Operator(Stand stand, DcGroup group, Path folder, String from, String to) throws IOException {
        this(stand, group, folder);
        String yaml = Files.readString(settings);
        if (!yaml.contains(from)) {
            throw new IllegalArgumentException("expected settings with " + from + ", found " + yaml);
        }
        Files.writeString(settings, yaml.replace(from, to));
    }

    /** A command's exit code, and its output on both streams. */
    record Answer(int exitCode, String output) {}

    Answer run(String command, String... options) {
        List<String> arguments = new ArrayList<>(List.of(command, "--settings", settings.toString()));
        arguments.addAll(List.of(options));
        return run(Main.commandLine(), arguments);
    }

    Answer reconcile(String... options) {
        List<String> arguments = new ArrayList<>(List.of("--settings", settings.toString()));
        arguments.addAll(List.of(options));
        return run(ReconcileCommand.commandLine(), arguments);
    }

    private static Answer run(CommandLine commandLine, List<String> arguments) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream before = System.out;
        try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            System.setOut(out);
            commandLine.setErr(new PrintWriter(out, true, StandardCharsets.UTF_8));
            int exitCode = commandLine.execute(arguments.toArray(String[]::new));
            return new Answer(exitCode, said.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }
}
