package io.lightflow.lab.torture;

import io.lightflow.deploy.cluster.ClusterProcess;
import io.lightflow.deploy.cluster.Deadline;
import io.lightflow.deploy.cluster.GroupOnCluster;
import io.lightflow.deploy.cluster.ProcessFailedException;
import io.lightflow.deploy.cluster.StormWorker;
import io.lightflow.lab.torture.Fault.Struck;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.dataflow.DataflowTopology;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.statistics.StatisticsTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** All faults of the platform. */
final class TortureFaults {
    static final String POSTGRES = "postgres";
    private static final String SUPERVISOR = "supervisor";
    private static final String AEROSPIKE = "aerospike";
    private static final Set<TopologyDescriptor> ALL = Set.copyOf(Topologies.ALL);
    private static final Set<TopologyDescriptor> JOIN = Set.of(DataflowTopology.INSTANCE);
    private static final Set<TopologyDescriptor> ARCHIVE = Set.of(ArchiveTopology.INSTANCE);
    /** The catalog of the archive is there, too. */
    private static final Set<TopologyDescriptor> ON_POSTGRES =
            Set.of(StatisticsTopology.INSTANCE, ArchiveTopology.INSTANCE);

    private static final Set<TopologyDescriptor> STATISTICS = Set.of(StatisticsTopology.INSTANCE);
    /** Long enough for several reconnection attempts of each client. */
    private static final Duration CUT_OFF_FOR = Duration.ofSeconds(10);

    /** Longer than three attempts of 15 s each, after which a call to the join store fails; see {@code BatchSender}. */
    private static final Duration STORE_AWAY_FOR = Duration.ofSeconds(60);

    private static final Duration CAPTURE_STARTS_WITHIN = Duration.ofSeconds(60);
    private static final Duration ZOMBIE_ENDS_WITHIN = Duration.ofSeconds(60);
    private static final int MOST_TASKS = 4;

    private TortureFaults() {}

    /** One fault of each kind. */
    static List<Fault> all(Stage stage) {
        List<Fault> all = new ArrayList<>(List.of(
                joinKilled(),
                statisticsKilled(),
                tridentWiped(),
                otherParallelism(),
                otherSchemas(),
                storeLost(),
                submittedTwice(),
                statisticsZombie(),
                cutOff(POSTGRES, ON_POSTGRES)));
        stage.cluster().endpoints().proxied().keySet().forEach(kafka -> all.add(cutOff("kafka-" + kafka, ALL)));
        if (stage.archives()) {
            all.add(archiveKilled());
            all.add(archiveZombie());
        }
        if (stage.captures()) {
            all.add(captureWithoutKafka());
        }
        if (stage.onAerospike()) {
            all.add(aerospikeAway());
            all.add(aerospikeFrozen());
            all.add(joinZombie());
        }
        all.sort(Comparator.comparing(Fault::kind));
        stage.cluster().processes().forEach(process -> all.add(killed(process.name())));
        return all;
    }

    static Fault joinKilled() {
        return new Fault("kill -9 dataflow worker", JOIN, stage -> {
            StormWorker killed = stage.group().killInTheMiddleOfABatch();
            return new Struck("process " + killed.pid() + ", with a Kafka transaction open", stage.now());
        });
    }

    static Fault statisticsKilled() {
        return new Fault("kill -9 stats-counter worker", STATISTICS, stage -> {
            StormWorker killed = stage.group().freezeWhileLagging(StatisticsTopology.INSTANCE);
            killed.kill();
            return new Struck("process " + killed.pid() + ", with uncommitted sums", stage.now());
        });
    }

    static Fault archiveKilled() {
        return new Fault("kill -9 archive worker", ARCHIVE, stage -> {
            StormWorker killed = stage.group().freezeWhileLagging(ArchiveTopology.INSTANCE);
            killed.kill();
            return new Struck("process " + killed.pid() + ", with uncommitted rows", stage.now());
        });
    }

    /** Kills a process of the cluster and restarts it at once. PostgreSQL is killed with all of its child processes. */
    static Fault killed(String name) {
        return new Fault("kill -9 " + name, ALL, stage -> {
            ClusterProcess process = stage.cluster().process(name);
            long pid = process.pid().orElseThrow(() -> new IllegalStateException(name + " is not running"));
            if (name.equals(POSTGRES)) {
                process.killWithChildren();
            } else {
                process.kill();
            }
            Moment killed = stage.now();
            process.start();
            return new Struck("process %d, restarted".formatted(pid), killed);
        });
    }

    /**
     * Cuts a capture server off from Kafka, and kills it in the middle. It must answer before and after, and its spool
     * must hold what it has answered.
     */
    static Fault captureWithoutKafka() {
        return new Fault("kill -9 capture without Kafka", ALL, stage -> {
            List<String> dcs = Stage.GROUP.dcs();
            String dc = dcs.get(stage.random().nextInt(dcs.size()));
            ClusterProcess capture = stage.cluster().process("capture-" + dc);
            long before = stage.feed().captured(dc).answered();
            stage.proxy("kafka-" + dc).shut();
            try {
                stage.pause(CUT_OFF_FOR.dividedBy(2));
                long killed = stage.feed().captured(dc).answered();
                capture.kill();
                capture.start();
                capture.awaitReady(CAPTURE_STARTS_WITHIN);
                stage.pause(CUT_OFF_FOR.dividedBy(2));
                long after = stage.feed().captured(dc).answered();
                if (before == killed || killed == after) {
                    throw new IllegalStateException(
                            "Expected %s to answer events without Kafka, found %d before its end and %d after it"
                                    .formatted(capture, killed - before, after - killed));
                }
                return new Struck(
                        "%s cut off for %d s, and killed: %,d events answered into the spool before it, %,d after it"
                                .formatted(dc, CUT_OFF_FOR.toSeconds(), killed - before, after - killed),
                        stage.now());
            } finally {
                stage.proxy("kafka-" + dc).open();
            }
        });
    }

    private static Fault aerospikeAway() {
        return new Fault(AEROSPIKE + " unavailable", ALL, stage -> {
            ClusterProcess aerospike = stage.cluster().process(AEROSPIKE);
            aerospike.kill();
            stage.pause(STORE_AWAY_FOR);
            Moment back = stage.now();
            aerospike.start();
            return new Struck("killed, and restarted after %d s".formatted(STORE_AWAY_FOR.toSeconds()), back);
        });
    }

    /** A resumed node executes the requests that arrived meanwhile, even if no client waits for them. */
    private static Fault aerospikeFrozen() {
        return new Fault(AEROSPIKE + " frozen", ALL, stage -> {
            ClusterProcess aerospike = stage.cluster().process(AEROSPIKE);
            aerospike.freeze();
            stage.pause(STORE_AWAY_FOR);
            aerospike.resume();
            return new Struck("resumed after %d s".formatted(STORE_AWAY_FOR.toSeconds()), stage.now());
        });
    }

    static Fault tridentWiped() {
        return new Fault("ZooKeeper's Trident state wiped", ALL, stage -> {
            Moment gone = killTopologies(stage);
            List<String> wiped = stage.group().wipeTrident();
            if (wiped.size() != Topologies.of(stage.group().settings()).size()) {
                throw new IllegalStateException("Expected Trident's state of all topologies, found " + wiped);
            }
            stage.submit(stage.parallelism());
            return new Struck("topologies killed, " + wiped + " deleted, submitted again", gone);
        });
    }

    static Fault otherParallelism() {
        return new Fault("other parallelism", ALL, stage -> {
            int before = stage.parallelism();
            int after = 1 + (before + stage.random().nextInt(MOST_TASKS - 1)) % MOST_TASKS;
            Moment gone = killTopologies(stage);
            stage.submit(after);
            return new Struck(
                    "topologies killed, and submitted with %d instead of %d tasks".formatted(after, before), gone);
        });
    }

    /** Upgrades to a build whose schemas have one more field, and the next time back. */
    static Fault otherSchemas() {
        return new Fault("other schemas", ALL, stage -> {
            boolean upgraded = stage.changeBuild();
            Moment gone = killTopologies(stage);
            stage.submit(stage.parallelism());
            return new Struck(
                    "topologies killed, and submitted by a build %s the field %s"
                            .formatted(upgraded ? "with" : "without", UpgradedJar.FIELD),
                    gone);
        });
    }

    /** Loses the whole join store, and rebuilds it from the light topics. */
    static Fault storeLost() {
        return new Fault("join store lost", ALL, stage -> {
            Moment gone = killTopologies(stage);
            stage.loseStore();
            stage.submit(stage.parallelism());
            return new Struck("topologies killed, store removed and rebuilt, submitted again", gone);
        });
    }

    /** Kills all topologies. They may commit until they have stopped, so recovery is measured from then on. */
    private static Moment killTopologies(Stage stage) {
        Moment begin = stage.now();
        stage.group().killTopologies();
        return stage.now().countedFrom(begin);
    }

    static Fault submittedTwice() {
        return new Fault("submitted twice", ALL, stage -> {
            try {
                stage.group().submit(stage.parallelism());
            } catch (ProcessFailedException refused) {
                if (refused.getMessage().contains("kill it first")) {
                    return new Struck("rejected; the first topology continues", stage.now());
                }
                throw refused;
            }
            throw new IllegalStateException(
                    "Expected a second topology of the same name to be rejected, found it accepted");
        });
    }

    static Fault statisticsZombie() {
        return zombie(StatisticsTopology.INSTANCE, group -> group.freezeWhileLagging(StatisticsTopology.INSTANCE));
    }

    static Fault archiveZombie() {
        return zombie(ArchiveTopology.INSTANCE, group -> group.freezeWhileLagging(ArchiveTopology.INSTANCE));
    }

    /** Impossible with RocksDB, whose lock blocks a successor as long as the zombie lives. */
    private static Fault joinZombie() {
        return zombie(DataflowTopology.INSTANCE, GroupOnCluster::freezeInTheMiddleOfABatch);
    }

    /**
     * A worker that is considered dead but is alive. It is frozen with uncommitted work, out of the Supervisor's reach.
     * When a successor has done the same work, it resumes. The Supervisor is frozen meanwhile, since it would tell the
     * worker about its successor, and the worker would then exit.
     */
    private static Fault zombie(TopologyDescriptor topology, Function<GroupOnCluster, StormWorker> freeze) {
        return new Fault("zombie %s worker".formatted(topology.name()), Set.of(topology), stage -> {
            StormWorker zombie = freeze.apply(stage.group());
            Moment frozen = stage.now();
            List<StormWorker> before = stage.group().workers(topology);
            stage.group().putOutOfReach(zombie);
            StormWorker successor = stage.group().awaitSuccessor(topology, before);
            double replaced = stage.awaitBeyond(frozen, Set.of(topology)).everyShard();
            ClusterProcess supervisor = stage.cluster().process(SUPERVISOR);
            supervisor.freeze();
            Moment back = stage.now();
            boolean ended;
            try {
                zombie.resume();
                ended = Deadline.in(ZOMBIE_ENDS_WITHIN).await(() -> !zombie.isAlive());
                if (!ended) {
                    zombie.kill();
                }
                stage.group().tidyUpAfter(zombie);
            } finally {
                supervisor.resume();
            }
            return new Struck(
                    ("process %d frozen, process %d commits in its place after %.1f s; once resumed, the zombie"
                                    + " %s after %.1f s")
                            .formatted(
                                    zombie.pid(),
                                    successor.pid(),
                                    replaced,
                                    endOf(ended, stage.group().failedToCommit(zombie)),
                                    stage.now().secondsSince(back.nanos())),
                    back);
        });
    }

    /**
     * The end of a zombie. Which one depends on the moment of its freeze: Storm may end it before it commits, and a
     * worker that only timed out takes its shards back. Only the final comparison tells whether it did harm.
     */
    private static String endOf(boolean ended, boolean failedToCommit) {
        if (!ended) {
            return "contended for its shards and was killed";
        }
        return failedToCommit ? "failed to commit and ended" : "ended before it tried to commit";
    }

    /**
     * Cuts the connections to a server: those of the topologies to PostgreSQL and the central Kafka, and those of the
     * mirror to the other Kafkas.
     */
    private static Fault cutOff(String process, Set<TopologyDescriptor> disturbed) {
        return new Fault(process + " cut off", disturbed, stage -> {
            stage.proxy(process).shut();
            stage.pause(CUT_OFF_FOR);
            stage.proxy(process).open();
            return new Struck(
                    "connections reset, and refused for %d s".formatted(CUT_OFF_FOR.toSeconds()), stage.now());
        });
    }
}
