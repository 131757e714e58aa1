package io.lightflow.deploy.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Where commands keep data when they are not told: below the build folder. */
final class Folders {
    private Folders() {}

    /** Where the folder of this name is, or will be. */
    static Path named(String name) {
        return Path.of(System.getProperty("lightflow.target", "deploy/target"), name)
                .toAbsolutePath()
                .normalize();
    }

    /** An empty folder of this name; what was in it is deleted. */
    static Path fresh(String name) {
        Path folder = named(name);
        try {
            if (Files.exists(folder)) {
                try (Stream<Path> all = Files.walk(folder)) {
                    for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(one);
                    }
                }
            }
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be emptied: " + e, e);
        }
    }
}
