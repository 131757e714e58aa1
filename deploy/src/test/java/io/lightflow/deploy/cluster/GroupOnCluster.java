package io.lightflow.deploy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.deploy.feed.DcGroup;
import io.lightflow.event.EventType;
import io.lightflow.position.Books.Entry;
import io.lightflow.topology.operator.GroupStatus;
import io.lightflow.topology.operator.ShardStatus;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.TopologyKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooKeeper;

/** A group whose topologies run on a cluster, and what a test does to them. Not thread-safe. */
final class GroupOnCluster implements AutoCloseable {
    private static final Duration WITHIN = Duration.ofSeconds(90);

    private final Cluster cluster;
    private final DcGroup group;
    private final Path settingsFile;
    private final Admin admin;
    private GroupStatus dataflow;
    private GroupStatus statistics;

    /** What a command came to: its exit code and all that it printed. */
    record Outcome(int exitCode, String output) {}

    /** @param settingsFile as {@code submit} takes it */
    GroupOnCluster(Cluster cluster, DcGroup group, Path settingsFile) {
        this.cluster = cluster;
        this.group = group;
        this.settingsFile = settingsFile;
        this.admin = Admin.create(Map.of("bootstrap.servers", centralKafka()));
    }

    String centralKafka() {
        return cluster.endpoints().kafka().get(ClusterSettings.CENTRAL);
    }

    /** Makes the light topics on the central Kafka, as the mirror would. */
    void createLightTopics() throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        for (String dc : group.dcs()) {
            for (EventType type : EventType.values()) {
                topics.add(
                        new NewTopic(type.centralTopic(dc), cluster.settings().partitions(), (short) 1));
            }
        }
        admin.createTopics(topics).all().get();
    }

    /** Runs the command {@code submit}. */
    Outcome submit(String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "submit",
                group.name(),
                "--data",
                cluster.settings().data().toString(),
                "--settings",
                settingsFile.toString()));
        arguments.addAll(List.of(options));
        StringWriter out = new StringWriter();
        int exitCode = ClusterMain.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(out, true))
                .execute(arguments.toArray(String[]::new));
        return new Outcome(exitCode, out.toString());
    }

    /** As they were submitted. */
    GroupSettings settings() {
        return GroupSettings.read(GroupFile.of(cluster, group.name()));
    }

    /** The worker of a topology; waits for it. */
    Worker worker(TopologyKind kind) {
        List<Worker> found = new ArrayList<>();
        await("a worker of " + kind, () -> {
            found.clear();
            cluster.workers().stream()
                    .filter(worker -> worker.topology().equals(kind.topologyName(group.name())))
                    .forEach(found::add);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    /** Events that the topology's ledger has, over all shards. */
    long committed(TopologyKind kind) {
        return shards(kind).stream()
                .mapToLong(shard -> shard.position().books().total(Entry.IN))
                .sum();
    }

    /** Offsets that are there and not committed, over all shards. */
    long lag(TopologyKind kind) {
        return shards(kind).stream().mapToLong(ShardStatus::lag).sum();
    }

    private List<ShardStatus> shards(TopologyKind kind) {
        if (dataflow == null) {
            dataflow = new GroupStatus(settings(), TopologyKind.DATAFLOW);
            statistics = new GroupStatus(settings(), TopologyKind.STATS_COUNTER);
        }
        return (kind == TopologyKind.DATAFLOW ? dataflow : statistics).shards();
    }

    void awaitCommitted(TopologyKind kind, long moreThan) {
        await(kind + " to commit more than " + moreThan + " events", () -> committed(kind) > moreThan);
    }

    /** Whether a shard of the join has a Kafka transaction open at this moment. */
    boolean hasOpenTransaction() {
        try {
            return admin.listTransactions().all().get().stream()
                    .filter(transaction -> transaction.transactionalId().startsWith("lightflow." + group.name() + "."))
                    .map(TransactionListing::state)
                    .anyMatch(TransactionState.ONGOING::equals);
        } catch (ExecutionException e) {
            throw new IllegalStateException("listing transactions failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Kills the join's worker when it has sent some of a batch and not committed it; returns who was killed. */
    Worker killInTheMiddleOfABatch() {
        Worker worker = worker(TopologyKind.DATAFLOW);
        await("the join to have a transaction open when it is stopped", () -> {
            worker.freeze();
            if (hasOpenTransaction()) {
                worker.kill();
                return true;
            }
            worker.resume();
            return false;
        });
        return worker;
    }

    /** Kills the statistics' worker when there is something that it has not committed. */
    Worker killWithUncommittedStatistics() {
        Worker worker = worker(TopologyKind.STATS_COUNTER);
        await("the statistics to be behind when they are stopped", () -> {
            worker.freeze();
            if (lag(TopologyKind.STATS_COUNTER) > 0) {
                worker.kill();
                return true;
            }
            worker.resume();
            return false;
        });
        return worker;
    }

    void killTopologies() {
        for (TopologyKind kind : TopologyKind.values()) {
            assertThat(cluster.killTopology(kind.topologyName(group.name()))).isTrue();
        }
    }

    /** Deletes all that Trident has in ZooKeeper about these topologies; returns the names of what there was. */
    List<String> wipeTrident() throws Exception {
        ZooKeeper zooKeeper = new ZooKeeper(cluster.endpoints().zooKeeper(), 10_000, event -> {});
        try {
            List<String> wiped = new ArrayList<>();
            for (TopologyKind kind : TopologyKind.values()) {
                String node = "/transactional/" + kind.transactionId(group.name());
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

    static void await(String what, Deadline.Condition condition) {
        assertThat(Deadline.in(WITHIN).await(condition))
                .as("waited %s for %s", WITHIN, what)
                .isTrue();
    }

    @Override
    public void close() {
        admin.close();
        if (dataflow != null) {
            dataflow.close();
            statistics.close();
        }
    }
}
