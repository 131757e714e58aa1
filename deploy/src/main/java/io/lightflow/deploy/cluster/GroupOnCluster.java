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
import io.lightflow.topology.statistics.StatisticsTopology;
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
 * A group whose topologies run on a cluster, and what can be done to them. What is waited for comes within
 * {@link #WITHIN}, or an {@link IllegalStateException} says what did not. Not thread-safe.
 */
public final class GroupOnCluster implements AutoCloseable {
    /** Nimbus may take two minutes to give up a slot that was given to a worker lately. */
    private static final Duration WITHIN = Duration.ofSeconds(180);

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    /** By then the tasks of other workers have committed what they had begun, and wait for the one that is frozen. */
    private static final Duration OTHERS_COMMIT_WITHIN = Duration.ofSeconds(1);

    private static final int ZOOKEEPER_SESSION_MS = 10_000;

    private final Cluster cluster;
    private final DcGroup group;
    private final Path settingsFile;
    private final Admin admin;
    private final Map<TopologyDescriptor, ShardPositions> ledgers = new HashMap<>();
    private GroupSettings settings;
    private GroupStatus statistics;
    /** Whose turn it is of a topology's workers. */
    private int turn;

    /** @param settingsFile as {@code submit} takes it */
    public GroupOnCluster(Cluster cluster, DcGroup group, Path settingsFile) {
        this.cluster = cluster;
        this.group = group;
        this.settingsFile = settingsFile;
        this.admin = Admin.create(
                Map.of("bootstrap.servers", cluster.endpoints().kafka().get(ClusterSettings.CENTRAL)));
    }

    /**
     * Submits both topologies, as {@code deploy/cluster/submit} does.
     *
     * @param parallelism tasks of each
     * @throws ProcessFailedException when it is refused; the message says why
     */
    public void submit(int parallelism) {
        cluster.submit(group.name(), settingsFile, List.of("--parallelism", Integer.toString(parallelism)));
    }

    /** As they were submitted. */
    public GroupSettings settings() {
        if (settings == null) {
            settings = GroupSettings.read(GroupFile.of(cluster, group.name()));
        }
        return settings;
    }

    /** The workers of a topology at this moment. */
    public List<Worker> workers(TopologyDescriptor topology) {
        return cluster.workers().stream()
                .filter(worker -> worker.topology().equals(topology.stormName(group.name())))
                .toList();
    }

    /**
     * Where the ledger has the shards of a topology.
     *
     * @throws io.lightflow.sink.SinkUnavailableException if the ledger does not answer
     */
    public Collection<Position> positions(TopologyDescriptor topology) {
        return ledgers.computeIfAbsent(topology, absent -> absent.positions(settings()))
                .read(IntStream.range(0, settings().shards()).boxed().toList())
                .values();
    }

    /** Kills a worker of the join when it has sent some of a batch and not committed it; returns who was killed. */
    public Worker killInTheMiddleOfABatch() {
        Worker worker = freezeInTheMiddleOfABatch();
        worker.kill();
        return worker;
    }

    /** Freezes a worker of the join when it has sent some of a batch and not committed it; returns who was frozen. */
    public Worker freezeInTheMiddleOfABatch() {
        return freezeWhen(
                DataflowTopology.INSTANCE,
                "the join to have a transaction open when it is stopped",
                this::inTransaction);
    }

    /** Kills the statistics' worker when there is something that it has not committed; returns who was killed. */
    public Worker killWithUncommittedStatistics() {
        Worker worker = freezeWithUncommittedStatistics();
        worker.kill();
        return worker;
    }

    /** Freezes the statistics' worker when there is something that it has not committed; returns who was frozen. */
    public Worker freezeWithUncommittedStatistics() {
        return freezeWhen(
                StatisticsTopology.INSTANCE, "the statistics to be behind when they are stopped", this::uncounted);
    }

    /** Tries one worker after the other: there may be some without a shard. */
    private Worker freezeWhen(TopologyDescriptor topology, String what, Deadline.Condition condition) {
        List<Worker> frozen = new ArrayList<>();
        await(what, () -> {
            List<Worker> all = workers(topology);
            if (all.isEmpty()) {
                return false;
            }
            Worker worker = all.get(turn++ % all.size());
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

    /** Whether a shard of the join has a Kafka transaction open that no worker commits that is not frozen. */
    private boolean inTransaction() {
        Set<String> open = openTransactions();
        if (settings().dataflow().workers() > 1 && !open.isEmpty()) {
            LockSupport.parkNanos(OTHERS_COMMIT_WITHIN.toNanos());
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
            throw new IllegalStateException("Cannot list the transactions of the central Kafka", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while listing transactions", e);
        }
    }

    /** Whether the statistics have something before them. */
    private boolean uncounted() {
        if (statistics == null) {
            statistics = new GroupStatus(settings(), StatisticsTopology.INSTANCE);
        }
        return statistics.shards().stream().mapToLong(ShardStatus::lag).sum() > 0;
    }

    /**
     * Takes a worker out of the Supervisor's reach, as if it were cut off on a machine of its own: when its heartbeats
     * cease it is replaced, and not killed. Until it ends the slot is taken, and Nimbus gives its work to another one.
     */
    public void putOutOfReach(Worker worker) {
        cluster.forgetProcessOf(worker);
    }

    /** Removes what a worker that was out of reach has left behind, once it has ended. */
    public void tidyUpAfter(Worker worker) {
        cluster.forgetHeartbeatsOf(worker);
    }

    /** Waits until a topology has a worker in another slot than these, and returns that. */
    public Worker awaitSuccessor(TopologyDescriptor topology, List<Worker> predecessors) {
        Set<Integer> slots = predecessors.stream().map(Worker::port).collect(Collectors.toSet());
        List<Worker> found = new ArrayList<>();
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
     * Whether a worker has logged, at any time, that a commit came to nothing: it was refused because somebody else had
     * taken over, or the worker ended on a time-out.
     */
    public boolean failedToCommit(Worker worker) {
        Path log = cluster.logsOf(worker).resolve("worker.log");
        try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(
                    line -> line.contains("FencedException") || line.contains("The last batch was not committed"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the log of " + worker, e);
        }
    }

    public void killTopologies() {
        for (TopologyDescriptor topology : Topologies.ALL) {
            String name = topology.stormName(group.name());
            if (!cluster.killTopology(name)) {
                throw new IllegalStateException("There is no topology " + name + " to be killed");
            }
        }
    }

    /** Deletes all that Trident has in ZooKeeper about these topologies; returns the names of what there was. */
    public List<String> wipeTrident() throws Exception {
        ZooKeeper zooKeeper = new ZooKeeper(cluster.endpoints().zooKeeper(), ZOOKEEPER_SESSION_MS, event -> {});
        try {
            List<String> wiped = new ArrayList<>();
            for (TopologyDescriptor topology : Topologies.ALL) {
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
        if (!Deadline.in(WITHIN).await(LOOK_EVERY, condition)) {
            throw new IllegalStateException("Waited %d s in vain for %s".formatted(WITHIN.toSeconds(), what));
        }
    }

    @Override
    public void close() {
        admin.close();
        ledgers.values().forEach(ShardPositions::close);
        if (statistics != null) {
            statistics.close();
        }
    }
}
