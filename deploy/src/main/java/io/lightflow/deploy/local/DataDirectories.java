package io.lightflow.deploy.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The default data directories of commands, below the build directory. */
public final class DataDirectories {
    /** Open, and therefore locked, for the life of this process. */
    private static final List<FileChannel> HELD = new ArrayList<>();

    private DataDirectories() {}

    /** The path of the directory of this name. */
    public static Path named(String name) {
        return Path.of(System.getProperty("lightflow.target", "deploy/target"), name)
                .toAbsolutePath()
                .normalize();
    }

    /**
     * Creates an empty directory of this name, deletes its previous content, and locks it until this process ends.
     *
     * @throws IllegalStateException if another process holds the lock
     */
    public static Path fresh(String name) {
        Path folder = named(name);
        try {
            hold(folder);
            if (Files.exists(folder)) {
                try (Stream<Path> all = Files.walk(folder)) {
                    for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(one);
                    }
                }
            }
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("Emptying the directory " + folder + " failed: " + e, e);
        }
    }

    private static void hold(Path folder) throws IOException {
        Files.createDirectories(folder.getParent());
        FileChannel channel = FileChannel.open(
                folder.resolveSibling(folder.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw new IllegalStateException("The directory " + folder
                    + " is in use by a running command. Stop that command, or name another directory with --data.");
        }
        HELD.add(channel);
    }
}
