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

/** Where commands keep data when they are not told: below the build folder. */
public final class Folders {
    /** Open, and so locked, as long as this process lives. */
    private static final List<FileChannel> HELD = new ArrayList<>();

    private Folders() {}

    /** Where the folder of this name is, or will be. */
    public static Path named(String name) {
        return Path.of(System.getProperty("lightflow.target", "deploy/target"), name)
                .toAbsolutePath()
                .normalize();
    }

    /**
     * An empty folder of this name, held until this process ends; what was in it is deleted.
     *
     * @throws IllegalStateException if another process holds it
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
            throw new UncheckedIOException("the folder " + folder + " cannot be emptied: " + e, e);
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
            throw new IllegalStateException("The folder " + folder
                    + " is in use by a command that still runs. Stop that one, or name another folder with --data.");
        }
        HELD.add(channel);
    }
}
