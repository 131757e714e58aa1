package io.lightflow.deploy.cluster;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.position.Position;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.ShardPositions;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.operator.GroupStatus;
import io.lightflow.topology.operator.ShardStatus;
import io.lightflow.topology.settings.GroupSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooKeeper;

/**
 * Controls the topologies of a group on a cluster. Every wait ends within {@link #TIMEOUT}, or an
 * {@link IllegalStateException} names the awaited condition. Not thread-safe.
 */
public final class GroupOnCluster implements AutoCloseable {
    /** Nimbus may take two minutes to release the slot of a recently launched worker. */
    private static final Duration TIMEOUT = Duration.ofSeconds(180);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
    /** Within this time, the tasks of other workers commit their open batches, and wait for the frozen worker. */
    private static final Duration OTHERS_COMMIT_TIMEOUT = Duration.ofSeconds(1);

    private static final int ZOOKEEPER_SESSION_MS = 10_000;

    private final Cluster cluster;
    private final DcGroup group;
    private final Path settingsFile;
    private final Admin admin;
    private final Map<TopologyDescriptor, ShardPositions> ledgers = new HashMap<>();
    private final Map<TopologyDescriptor, GroupStatus> statuses = new HashMap<>();
    private GroupSettings settings;
    /** The index of the next worker to select. */
    private int turn;

    /** @param settingsFile the settings file for {@code submit} */
    public GroupOnCluster(Cluster cluster, DcGroup group, Path settingsFile) {
        this.cluster = cluster;
        this.group = group;
        this.settingsFile = settingsFile;
        this.admin = Admin.create(
                Map.of("bootstrap.servers", cluster.endpoints().kafka().get(ClusterSettings.CENTRAL)));
    }

    /**
     * Submits the topologies like {@code deploy/cluster/submit}.
     *
     * @param parallelism number of tasks of each
     * @throws ProcessFailedException if submitting fails; the message contains the reason
     */
    public void submit(int parallelism) {
        submit(parallelism, Cluster.topologyJar());
    }

    /** Submits the topologies from the jar of another build. */
    public void submit(int parallelism, Path topologyJar) {
        cluster.submit(
                group.name(), settingsFile, topologyJar, List.of("--parallelism", Integer.toString(parallelism)));
    }

    /** The settings as submitted. */
    public GroupSettings settings() {
        if (settings == null) {
            settings = GroupSettings.read(GroupFile.of(cluster, group.name()));
        }
        return settings;
    }

    /** The current workers of a topology. */
    public List<StormWorker> workers(TopologyDescriptor topology) {
        return cluster.workers().stream()
                .filter(worker -> worker.topology().equals(topology.stormName(group.name())))
                .toList();
    }

    /**
     * The positions of a topology's shards in the ledger.
     *
     * @throws io.lightflow.sink.SinkUnavailableException if the ledger is unavailable
     */
    public Collection<Position> positions(TopologyDescriptor topology) {
        return ledgers.computeIfAbsent(topology, absent -> absent.positions(settings()))
                .read(IntStream.range(0, settings().shards()).boxed().toList())
                .values();
    }

    /** Kills a worker of the join that has sent a part of a batch without committing it; returns the killed worker. */
    public StormWorker killInTheMiddleOfABatch() {
        StormWorker worker = freezeInTheMiddleOfABatch();
        worker.kill();
        return worker;
    }

    /**
     * Freezes a worker of the join that has sent a part of a batch without committing it; returns the frozen worker.
     */
    public StormWorker freezeInTheMiddleOfABatch() {
        return freezeWhen(
                DataflowTopology.INSTANCE,
                "the join to have a transaction open when it is stopped",
                this::inTransaction);
    }

    /** Freezes a worker of a topology that has read less than its topics hold; returns the frozen worker. */
    public StormWorker freezeWhileLagging(TopologyDescriptor topology) {
        return freezeWhen(topology, topology.name() + " to lag when it is stopped", () -> lags(topology));
    }

    /** Tries the workers in turn, because some may have no shard. */
    private StormWorker freezeWhen(TopologyDescriptor topology, String what, Deadline.Condition condition) {
        List<StormWorker> frozen = new ArrayList<>();
        await(what, () -> {
            List<StormWorker> all = workers(topology);
            if (all.isEmpty()) {
                return false;
            }
            StormWorker worker = all.get(turn++ % all.size());
            worker.freeze();
            if (condition.holds()) {
                frozen.add(worker);
                return true;
            }
            worker.resume();
            return false;
        });
        return frozen.get(0);
    }

    /** Whether a shard of the join has an open Kafka transaction that only the frozen worker could commit. */
    private boolean inTransaction() {
        Set<String> open = openTransactions();
        if (settings().dataflow().workers() > 1 && !open.isEmpty()) {
            LockSupport.parkNanos(OTHERS_COMMIT_TIMEOUT.toNanos());
            open.retainAll(openTransactions());
        }
        return !open.isEmpty();
    }

    private Set<String> openTransactions() {
        try {
            return admin.listTransactions().all().get().stream()
                    .filter(transaction -> transaction.transactionalId().startsWith("lightflow." + group.name() + "."))
                    .filter(transaction -> transaction.state() == TransactionState.ONGOING)
                    .map(TransactionListing::transactionalId)
                    .collect(Collectors.toSet());
        } catch (ExecutionException e) {
            throw new IllegalStateException("Listing the transactions of the central Kafka failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while listing transactions", e);
        }
    }

    private boolean lags(TopologyDescriptor topology) {
        return statuses.computeIfAbsent(topology, absent -> new GroupStatus(settings(), absent)).shards().stream()
                        .mapToLong(ShardStatus::lag)
                        .sum()
                > 0;
    }

    /**
     * Hides a worker from its Supervisor, as if its machine were partitioned: when its heartbeats cease, it is replaced
     * but not killed. It occupies its slot until it ends, so Nimbus assigns its tasks to another slot.
     */
    public void putOutOfReach(StormWorker worker) {
        cluster.deleteProcessRecord(worker);
    }

    /** Removes the state that a hidden worker left behind, once it has ended. */
    public void tidyUpAfter(StormWorker worker) {
        cluster.deleteHeartbeats(worker);
    }

    /** Waits until a topology has a worker in a slot other than these, and returns that worker. */
    public StormWorker awaitSuccessor(TopologyDescriptor topology, List<StormWorker> predecessors) {
        Set<Integer> slots = predecessors.stream().map(StormWorker::port).collect(Collectors.toSet());
        List<StormWorker> found = new ArrayList<>();
        await("another worker of " + topology.name(), () -> {
            found.clear();
            workers(topology).stream()
                    .filter(worker -> !slots.contains(worker.port()))
                    .forEach(found::add);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    /**
     * Whether a worker has ever logged a failed commit: it was fenced by a successor, or the worker ended after a
     * timeout.
     */
    public boolean failedToCommit(StormWorker worker) {
        Path log = cluster.logsOf(worker).resolve("worker.log");
        try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(
                    line -> line.contains("FencedException") || line.contains("The last batch was not committed"));
        } catch (IOException e) {
            throw new UncheckedIOException("Reading the log of " + worker + " failed", e);
        }
    }

    public void killTopologies() {
        for (TopologyDescriptor topology : Topologies.of(settings())) {
            String name = topology.stormName(group.name());
            if (!cluster.killTopology(name)) {
                throw new IllegalStateException("Expected a topology " + name + " to kill, found none");
            }
        }
    }

    /** Deletes Trident's state of these topologies in ZooKeeper; returns the names of the deleted nodes. */
    public List<String> wipeTrident() throws Exception {
        ZooKeeper zooKeeper = new ZooKeeper(cluster.endpoints().zooKeeper(), ZOOKEEPER_SESSION_MS, event -> {});
        try {
            List<String> wiped = new ArrayList<>();
            for (TopologyDescriptor topology : Topologies.of(settings())) {
                String node = "/transactional/" + topology.transactionId(group.name());
                Optional<List<String>> children = children(zooKeeper, node);
                if (children.isPresent()) {
                    ZKUtil.deleteRecursive(zooKeeper, node);
                    wiped.add(node + children.get());
                }
            }
            return wiped;
        } finally {
            zooKeeper.close();
        }
    }

    private static Optional<List<String>> children(ZooKeeper zooKeeper, String node) throws Exception {
        try {
            return Optional.of(zooKeeper.getChildren(node, false));
        } catch (KeeperException.NoNodeException e) {
            return Optional.empty();
        }
    }

    private static void await(String what, Deadline.Condition condition) {
        if (!Deadline.in(TIMEOUT).await(POLL_INTERVAL, condition)) {
            throw new IllegalStateException("Waited %d s without success for %s".formatted(TIMEOUT.toSeconds(), what));
        }
    }

    @Override
    public void close() {
        admin.close();
        ledgers.values().forEach(ShardPositions::close);
        statuses.values().forEach(GroupStatus::close);
    }
}
