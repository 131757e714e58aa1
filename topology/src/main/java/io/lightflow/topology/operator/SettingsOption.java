package io.lightflow.topology.operator;

import io.lightflow.topology.settings.GroupSettings;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option {@code --settings}, which every command has. */
public final class SettingsOption {
    @Option(names = "--settings", required = true, paramLabel = "FILE", description = "The group's settings, YAML.")
    private Path file;

    /** The file, as it was given. */
    public Path file() {
        return file;
    }

    public GroupSettings read() {
        return GroupSettings.read(file);
    }
}
