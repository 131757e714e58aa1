package io.lightflow.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.AutoComplete;

/** Writes the completion of {@code lightflow} for bash into a file; the build runs it. */
public final class CompletionScript {
    private CompletionScript() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        Files.createDirectories(file.getParent());
        Files.writeString(file, AutoComplete.bash("lightflow", LightflowCommand.commandLine()));
    }
}
