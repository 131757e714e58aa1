package io.lightflow.lab.contest;

import io.lightflow.deploy.cluster.Cluster;
import io.lightflow.deploy.cluster.ClusterProcess;
import io.lightflow.deploy.cluster.ClusterSettings;
import io.lightflow.deploy.cluster.Component;
import io.lightflow.deploy.cluster.Deadline;
import io.lightflow.deploy.cluster.StormWorker;
import io.lightflow.lab.contest.ContestSettings.LightflowOptions;
import io.lightflow.lab.measure.BenchStack;
import io.lightflow.lab.measure.ProcessUsage;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Lightflow on a cluster of separate processes: ZooKeeper, Nimbus, Supervisor, registry, and one worker for each
 * topology. The topologies use the broker and PostgreSQL of the contest.
 */
final class LightflowCluster implements KillableProcess {
    private static final Duration END_TIMEOUT = Duration.ofSeconds(10);

    /** The settings of {@link BenchStack}. Keys in braces are the cluster's addresses. */
    private static final String SETTINGS = """
            group: ${group}
            dataCenters: [%s]
            shards: ${partitions}
            kafka:
              bootstrapServers: "%s"
            registry:
              urls: ["${registry}"]
            postgres:
              url: "%s"
              user: postgres
            zookeeper:
              connect: ${zookeeper}
            store:
              rocksdb:
                directory: ${data}/store/${group}
                blockCacheMb: 64
                rowCacheMb: 256
            join:
              allowedDisorder: %dms
              # The beacons that close the input are ahead of the clock by the longest window.
              beaconFarFuture: 1000d
            pace:
              pollRecords: %d
            dataflow:
              parallelism: %d
            statistics:
              microBatch: %ds
            """;

    private static final List<TopologyDescriptor> BOTH =
            List.of(DataflowTopology.INSTANCE, StatisticsTopology.INSTANCE);

    private final Cluster cluster;

    private LightflowCluster(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Returns when the topologies have been submitted. */
    static LightflowCluster start(ContestServers servers, Path folder, LightflowOptions options) {
        Path data = folder.toAbsolutePath();
        Cluster cluster = Cluster.of(new ClusterSettings(
                data,
                EnumSet.of(Component.ZOOKEEPER, Component.STORM, Component.POSTGRES, Component.REGISTRY),
                BenchStack.GROUP.dcs(),
                BenchStack.SHARDS));
        LightflowCluster lightflow = new LightflowCluster(cluster);
        try {
            cluster.up(line -> {});
            Path settings = data.resolve("contest.yaml");
            Files.writeString(
                    settings,
                    SETTINGS.formatted(
                            String.join(", ", BenchStack.GROUP.dcs()),
                            servers.bootstrapServers(),
                            servers.jdbcUrl(),
                            BenchStack.ALLOWED_DISORDER.toMillis(),
                            options.pollRecords(),
                            options.parallelism(),
                            options.microBatchSeconds()));
            cluster.submit(BenchStack.GROUP.name(), settings, List.of());
            return lightflow;
        } catch (IOException e) {
            lightflow.close();
            throw new UncheckedIOException("Writing the settings of a group failed", e);
        } catch (RuntimeException e) {
            lightflow.close();
            throw e;
        }
    }

    /** Kills the workers of both topologies. The Supervisor starts them again. */
    @Override
    public void kill() {
        List<StormWorker> workers = cluster.workers();
        Set<String> topologies = workers.stream().map(StormWorker::topology).collect(Collectors.toSet());
        if (topologies.size() != BOTH.size()) {
            throw new IllegalStateException(
                    "expected a worker of each of " + BOTH + " to kill, found those of " + topologies);
        }
        workers.forEach(StormWorker::kill);
        if (!Deadline.in(END_TIMEOUT).await(() -> workers.stream().noneMatch(StormWorker::isAlive))) {
            throw new IllegalStateException(workers + " did not end within " + END_TIMEOUT + " of SIGKILL");
        }
    }

    /** The workers are descendants of the Supervisor. */
    @Override
    public ProcessUsage usage() {
        return cluster.processes().stream()
                .map(ClusterProcess::pid)
                .flatMapToLong(OptionalLong::stream)
                .mapToObj(ProcessUsage::of)
                .reduce(new ProcessUsage(0, 0), ProcessUsage::plus);
    }

    @Override
    public boolean isAlive() {
        return cluster.processes().stream().allMatch(ClusterProcess::isAlive);
    }

    @Override
    public OptionalLong firstReadMs() {
        return OptionalLong.empty();
    }

    @Override
    public void close() {
        cluster.down(line -> {});
    }
}
