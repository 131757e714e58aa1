package io.lightflow.lab.torture;

import io.lightflow.deploy.cluster.Cluster;
import io.lightflow.deploy.cluster.ClusterSettings;
import io.lightflow.deploy.cluster.Component;
import io.lightflow.deploy.cluster.Deadline;
import io.lightflow.deploy.cluster.Endpoints;
import io.lightflow.deploy.cluster.GroupOnCluster;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.event.OutputTopic;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.aerospike.AerospikeJoinStore;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.RegistrySection;
import io.lightflow.topology.stores.StoreRebuild;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.commons.io.file.PathUtils;
import org.apache.kafka.common.KafkaException;

/**
 * The platform under torture: a dedicated cluster with the group {@code us}, its topologies running, and events that
 * flow from the data centers' Kafkas through MirrorMaker. The topologies connect to the central Kafka and PostgreSQL
 * through proxies. MirrorMaker and capture connect to the data centers' Kafkas through proxies. Confined to one thread.
 */
final class Stage implements AutoCloseable {
    static final DcGroup GROUP = new DcGroup("us", List.of("us-west", "us-east"));
    static final int SHARDS = 4;
    private static final int PARALLELISM = 2;
    private static final Duration BEACON_EVERY = Duration.ofMillis(500);
    /** Longer than any recovery without help takes. A recovery that exceeds it counts as a hang. */
    private static final Duration RECOVERS_WITHIN = Duration.ofMinutes(3);

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    /** Small batches give a fault many chances to strike in the middle of one. Other settings are the defaults. */
    private static final String SETTINGS = """
            group: ${group}
            dataCenters: [us-west, us-east]
            shards: ${partitions}
            kafka:
              bootstrapServers: "CENTRAL_PROXY"
            registry:
              urls: ["${registry}"]
            postgres:
              url: "jdbc:postgresql://127.0.0.1:POSTGRES_PROXY/postgres?user=postgres"
              user: postgres
            zookeeper:
              connect: ${zookeeper}
            pace:
              pollRecords: 1000
            statistics:
              microBatch: 1s
              heapMb: 192
            metrics:
              targets: ${data}/targets
            """;

    private static final String ARCHIVE = """
            archive:
              warehouse: file://${data}/archive
              commitInterval: 1s
              bufferSize: 16MB
              heapMb: 256
            """;

    private static final String ROCKSDB = """
            store:
              rocksdb:
                directory: ${data}/store/${group}
                blockCacheMb: 32
            dataflow:
              heapMb: 256
            """;

    /** Several processes can access its rows, so the shards are spread over two workers. */
    private static final String AEROSPIKE = """
            store:
              aerospike:
                hosts: ["${aerospike}"]
                namespace: lightflow
            dataflow:
              workers: 2
              heapMb: 256
            """;

    private final Cluster cluster;
    private final Set<OptionalPart> optional;
    private final Random random;
    /** Never released: a waiter waits until its timeout or an interrupt. */
    private final CountDownLatch never = new CountDownLatch(1);

    /** The proxies, by the server's process. */
    private final Map<String, CuttableProxy> proxies = new TreeMap<>();

    private GroupOnCluster group;
    private RegistrySchemas schemas;
    private LightFeed feed;
    private int parallelism = PARALLELISM;
    /** The jar that the topologies are submitted from. */
    private Path topologyJar = Cluster.topologyJar();
    /** Null until the first upgrade. */
    private Path upgradedJar;

    /**
     * @param data an empty folder, absolute
     * @param asd absolute path of an Aerospike server's executable; null for RocksDB as the join store
     * @param optional the optional parts that run
     */
    Stage(Path data, Path asd, Set<OptionalPart> optional, Random random) {
        Set<String> everyKafka = new TreeSet<>(GROUP.dcs());
        everyKafka.add(ClusterSettings.CENTRAL);
        Set<Component> components = EnumSet.allOf(Component.class);
        if (!optional.contains(OptionalPart.CAPTURE)) {
            components.remove(Component.CAPTURE);
        }
        this.cluster = Cluster.of(
                new ClusterSettings(data, components, GROUP.dcs(), SHARDS, everyKafka, Optional.ofNullable(asd)));
        this.optional = Set.copyOf(optional);
        this.random = random;
    }

    /** Starts everything. Returns when the first events have been joined and counted. */
    void start(LightFeed.Plan plan, Consumer<String> progress) throws IOException {
        Endpoints endpoints = cluster.endpoints();
        for (Map.Entry<String, Endpoints.Proxied> kafka : endpoints.proxied().entrySet()) {
            proxies.put(
                    "kafka-" + kafka.getKey(),
                    new CuttableProxy(
                            kafka.getValue().proxyPort(), kafka.getValue().brokerPort()));
        }
        cluster.up(progress);
        CuttableProxy postgres = new CuttableProxy(
                URI.create(endpoints.jdbcUrl().substring("jdbc:".length())).getPort());
        proxies.put(TortureFaults.POSTGRES, postgres);
        Path settings = cluster.settings().data().resolve("torture.yaml");
        Files.writeString(
                settings,
                (SETTINGS + (archives() ? ARCHIVE : "") + (onAerospike() ? AEROSPIKE : ROCKSDB))
                        .replace("POSTGRES_PROXY", Integer.toString(postgres.port()))
                        .replace("CENTRAL_PROXY", endpoints.kafkaByProxy(ClusterSettings.CENTRAL)));
        group = new GroupOnCluster(cluster, GROUP, settings);
        group.submit(parallelism, topologyJar);
        schemas = RegistrySchemas.connect(
                new RegistrySection(List.of(URI.create(cluster.endpoints().registry()))));
        feed = LightFeed.start(plan, BEACON_EVERY, cluster.endpoints(), SHARDS, schemas.ids());
        awaitBeyond(now(), Topologies.of(group.settings()));
        progress.accept("all topologies are running");
    }

    /** Whether the join store is Aerospike, rather than RocksDB. */
    boolean onAerospike() {
        return cluster.settings().asd().isPresent();
    }

    /** Whether the group archives its events. */
    boolean archives() {
        return optional.contains(OptionalPart.ARCHIVE);
    }

    Cluster cluster() {
        return cluster;
    }

    /** Whether capture servers receive some of the events. */
    boolean captures() {
        return optional.contains(OptionalPart.CAPTURE);
    }

    /** The proxy through which topologies, MirrorMaker or capture reach a server, by the server's process. */
    CuttableProxy proxy(String process) {
        return proxies.get(process);
    }

    GroupOnCluster group() {
        return group;
    }

    RegistrySchemas schemas() {
        return schemas;
    }

    LightFeed feed() {
        return feed;
    }

    Random random() {
        return random;
    }

    /** Current number of tasks of each topology. */
    int parallelism() {
        return parallelism;
    }

    /** Submits the topologies, which must have been killed. */
    void submit(int newParallelism) {
        group.submit(newParallelism, topologyJar);
        parallelism = newParallelism;
    }

    /**
     * Lets the next submission use the other build: one with changed schemas, or this one again.
     *
     * @return whether it is the one with changed schemas
     */
    boolean changeBuild() throws IOException {
        if (upgradedJar == null) {
            upgradedJar = UpgradedJar.of(
                    topologyJar, cluster.settings().data().resolve("upgrade").toAbsolutePath());
        }
        Path present = Cluster.topologyJar();
        topologyJar = topologyJar.equals(present) ? upgradedJar : present;
        return topologyJar.equals(upgradedJar);
    }

    /**
     * Removes the join store of the group, whose topologies must have been killed, and rebuilds it from the light
     * topics.
     */
    void loseStore() throws IOException {
        GroupSettings settings = group.settings();
        if (onAerospike()) {
            AerospikeJoinStore.empty(settings.store().aerospike());
        } else {
            PathUtils.deleteDirectory(settings.store().rocksdb().directory());
        }
        new StoreRebuild(settings, line -> {}).run();
    }

    Moment now() {
        return new Moment(System.nanoTime(), feed.fed().greatestTimeMs());
    }

    /** Waits without any action. */
    void pause(Duration time) throws InterruptedException {
        never.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Recovery times of topologies, in seconds.
     *
     * @param firstCommit until each topology had committed anything
     * @param everyShard until every shard of each topology had committed an event fed after the fault
     */
    record Recovery(double firstCommit, double everyShard) {}

    /**
     * Waits until every shard has committed an event fed after a moment. This needs a later watermark, to which both
     * data centers, the mirror and the topologies must have contributed.
     *
     * @param topologies those that the group does not have are left out
     * @return time since that moment
     * @throws IllegalStateException if it takes longer than {@link #RECOVERS_WITHIN}
     */
    Recovery awaitBeyond(Moment moment, Collection<TopologyDescriptor> topologies) {
        List<ShardsAtWork> all = topologies.stream()
                .filter(topology -> topology.isConfigured(group.settings()))
                .map(topology -> new ShardsAtWork(() -> positions(topology), moment))
                .toList();
        // Every topology must be polled each time.
        if (!Deadline.in(RECOVERS_WITHIN).await(LOOK_EVERY, () -> all.stream()
                .map(ShardsAtWork::areBeyond)
                .reduce(true, Boolean::logicalAnd))) {
            throw new IllegalStateException("%s of %s hangs: after %d s not every shard has a new commit. See %s"
                    .formatted(
                            topologies,
                            GROUP.name(),
                            RECOVERS_WITHIN.toSeconds(),
                            cluster.workers().stream()
                                    .map(worker -> cluster.logsOf(worker).toString())
                                    .collect(Collectors.joining(", "))));
        }
        return new Recovery(
                all.stream()
                        .mapToDouble(ShardsAtWork::secondsToFirstCommit)
                        .max()
                        .orElseThrow(),
                (System.nanoTime() - moment.nanos()) / 1e9);
    }

    /** Waits until every process is running and every topology commits. */
    void awaitEverythingAtWork() {
        cluster.processes().forEach(process -> process.awaitReady(RECOVERS_WITHIN));
        awaitBeyond(now(), Topologies.of(group.settings()));
    }

    /** The shards' positions in the ledger; empty while the ledger is unavailable. The caller tries again. */
    private List<Position> positions(TopologyDescriptor topology) {
        try {
            Collection<Position> positions = group.positions(topology);
            return topology.equals(ArchiveTopology.INSTANCE)
                    ? positions.stream().map(Stage::withArchivedTime).toList()
                    : List.copyOf(positions);
        } catch (SinkUnavailableException | KafkaException e) {
            return List.of();
        }
    }

    /**
     * The watermark of the archive is that of its slowest table, and some tables get nothing for long. So its progress
     * is that of joined impressions.
     */
    private static Position withArchivedTime(Position position) {
        TopicPosition joined = position.topics().get(OutputTopic.IMPRESSIONS.of(GROUP.name()));
        return position.withWatermark(joined == null ? Position.NO_TIME : joined.maxTime());
    }

    /** Stops everything and keeps the data. An interrupt takes effect after everything has stopped. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            if (feed != null) {
                feed.close();
            }
            if (group != null) {
                group.close();
            }
        } finally {
            cluster.down(line -> {});
            proxies.values().forEach(Stage::close);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void close(CuttableProxy proxy) {
        try {
            proxy.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Closing the proxy at port " + proxy.port() + " failed", e);
        }
    }
}
