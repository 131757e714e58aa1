package io.lightflow.topology.stores;

import io.lightflow.topology.dataflow.OpenStore;
import io.lightflow.topology.operator.SettingsOption;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lightflow restore}. */
@Command(
        name = "restore",
        mixinStandardHelpOptions = true,
        description = {
            "Put a checkpoint in place of a lost RocksDB join store, and fill it from the light topics up to the"
                    + " ledger, without output.",
            "The group's dataflow topology must have been killed. Runs on the machine of the store's directory."
        })
public final class RestoreCommand implements Callable<Integer> {
    @Mixin
    private SettingsOption settingsOption;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "DIR",
            description = "A directory that `lightflow checkpoint` has made.")
    private Path from;

    @Override
    public Integer call() throws IOException {
        GroupSettings settings = settingsOption.read();
        if (settings.store().rocksdb() == null) {
            throw new SettingsException(
                    "checkpoints are copies of a RocksDB store, and the group has store.aerospike", null);
        }
        CheckpointManifest manifest = CheckpointManifest.read(from, settings);
        Path directory = settings.store().rocksdb().directory();
        try (GroupLock lock = GroupLock.claim(settings, "restore")) {
            requireEmpty(directory);
            copy(from.resolve(OpenStore.STORE), directory);
            new StoreRebuild(settings, System.out::println).run(lock, manifest.positions());
        }
        return 0;
    }

    private static void requireEmpty(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            if (files.findAny().isPresent()) {
                throw new SettingsException(
                        "a checkpoint is restored to an empty directory, but " + directory
                                + " has files. Move them first with: mv " + directory + " " + directory + ".old",
                        null);
            }
        }
    }

    /** The checkpoint stays as it is. */
    private static void copy(Path checkpoint, Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(checkpoint)) {
            files = found.toList();
        }
        for (Path file : files) {
            Path target = directory.resolve(checkpoint.relativize(file));
            if (Files.isDirectory(file)) {
                Files.createDirectories(target);
            } else {
                Files.copy(file, target);
            }
        }
    }
}
