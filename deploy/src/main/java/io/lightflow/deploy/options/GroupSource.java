package io.lightflow.deploy.options;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The place of the settings of groups, as an {@code ArgGroup}: exactly one of both is given. */
public final class GroupSource {
    @Option(names = "--settings", paramLabel = "FILE", description = "The group's settings, YAML.")
    private Path settings;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "A folder of `lightflow up --data`, whether it runs or not; all its groups.")
    private Path data;

    /** Whether it is the folder of a local stack. */
    public boolean isFolder() {
        return data != null;
    }

    /** The settings of a group; null if it is a folder. */
    public Path settings() {
        return settings;
    }

    /** The folder of a local stack; null if it is a file of settings. */
    public Path folder() {
        return data;
    }
}
