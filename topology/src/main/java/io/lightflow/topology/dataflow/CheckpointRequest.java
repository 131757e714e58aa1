package io.lightflow.topology.dataflow;

import java.nio.file.Path;

/**
 * A request of the command {@code checkpoint} to the process that has the store open.
 *
 * @param directory the directory to make, on the machine of that process
 * @param manifest the content of its manifest
 */
public record CheckpointRequest(Path directory, String manifest) {
    /** The reply to a request that was fulfilled. Any other reply tells what went wrong. */
    public static final String DONE = "done";

    /** The form in which {@link #parse} reads it. */
    public String encode() {
        return directory + "\n" + manifest;
    }

    static CheckpointRequest parse(String encoded) {
        int end = encoded.indexOf('\n');
        return new CheckpointRequest(Path.of(encoded.substring(0, end)), encoded.substring(end + 1));
    }
}
