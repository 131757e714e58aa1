package io.lightflow.topology.stores;

import io.lightflow.topology.dataflow.CheckpointRequest;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.dataflow.OpenStore;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.operator.SettingsOption;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lightflow checkpoint}. */
@Command(
        name = "checkpoint",
        mixinStandardHelpOptions = true,
        description = {
            "Copy the RocksDB join store of a group together with its position, while its dataflow topology runs or"
                    + " not.",
            "The copy consists of hard links if the directory is on the file system of the store."
        })
public final class CheckpointCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    private static final Duration INTERVAL = Duration.ofMillis(500);

    @Mixin
    private SettingsOption settingsOption;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "DIR",
            description = "The directory to make, on the machine of the store.")
    private Path to;

    @Override
    public Integer call() throws InterruptedException {
        GroupSettings settings = settingsOption.read();
        if (settings.store().rocksdb() == null) {
            throw new SettingsException(
                    "checkpoints are copies of a RocksDB store, and the group has store.aerospike", null);
        }
        Path directory = to.toAbsolutePath().normalize();
        CheckpointRequest request =
                new CheckpointRequest(directory, manifest(settings).encode());
        try (GroupNodes nodes = GroupNodes.connect(settings, DataflowTopology.INSTANCE)) {
            if (nodes.owner().isPresent()) {
                ask(nodes, request);
            } else {
                makeAlone(settings, request);
            }
        }
        System.out.println("the checkpoint is in " + directory);
        return 0;
    }

    /** The positions are read before the store is copied, so the copy holds every cell below them. */
    private static CheckpointManifest manifest(GroupSettings settings) {
        try (ShardPositions positions = DataflowTopology.INSTANCE.positions(settings)) {
            return new CheckpointManifest(
                    settings.group(),
                    positions.read(IntStream.range(0, settings.shards()).boxed().toList()));
        }
    }

    private static void ask(GroupNodes nodes, CheckpointRequest request) throws InterruptedException {
        nodes.requestCheckpoint(request.encode());
        CountDownLatch never = new CountDownLatch(1);
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        Optional<String> reply = nodes.checkpointReply();
        while (reply.isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("the topology has not made the checkpoint within " + TIMEOUT
                        + "; check that its worker is alive with: lightflow show");
            }
            never.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            reply = nodes.checkpointReply();
        }
        if (!reply.get().equals(CheckpointRequest.DONE)) {
            throw new SettingsException("the topology made no checkpoint: " + reply.get(), null);
        }
    }

    private static void makeAlone(GroupSettings settings, CheckpointRequest request) {
        GroupLock lock = GroupLock.claim(settings, "checkpoint");
        try {
            OpenStore store = OpenStore.of(settings);
            try {
                store.checkpoint(request);
            } finally {
                store.cells().close();
            }
        } finally {
            lock.close();
        }
    }
}
