package io.lightflow.peers.flink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the checkpoints that a killed process has left. */
final class RetainedCheckpoints {
    /** Flink writes this file last, so it marks a complete checkpoint. */
    private static final String METADATA = "_metadata";

    private RetainedCheckpoints() {}

    /** The folder of the latest complete checkpoint; empty at the first start. */
    static Optional<Path> latest(Path folder) {
        if (!Files.exists(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().equals(METADATA))
                    .max(Comparator.comparingLong(RetainedCheckpoints::modifiedMs))
                    .map(Path::getParent);
        } catch (IOException e) {
            throw new UncheckedIOException("Looking for checkpoints in " + folder + " failed", e);
        }
    }

    private static long modifiedMs(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the time of " + file + " failed", e);
        }
    }
}
