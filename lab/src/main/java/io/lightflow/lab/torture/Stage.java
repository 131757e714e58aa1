package io.lightflow.lab.torture;

import io.lightflow.deploy.cluster.Cluster;
import io.lightflow.deploy.cluster.ClusterSettings;
import io.lightflow.deploy.cluster.Component;
import io.lightflow.deploy.cluster.Deadline;
import io.lightflow.deploy.cluster.Endpoints;
import io.lightflow.deploy.cluster.GroupOnCluster;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.position.Position;
import io.lightflow.sink.SinkUnavailableException;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.schema.RegistrySchemas;
import io.lightflow.topology.settings.GroupSettings;
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
import org.apache.kafka.common.KafkaException;

/**
 * The platform under torture: a cluster of its own with the group {@code us}, both topologies at work, and events that
 * flow from the data centers' Kafkas through MirrorMaker. The topologies reach the central Kafka and PostgreSQL by way
 * of a proxy, and MirrorMaker the data centers' Kafkas. Belongs to one thread.
 */
final class Stage implements AutoCloseable {
    static final DcGroup GROUP = new DcGroup("us", List.of("us-west", "us-east"));
    static final int SHARDS = 4;
    private static final int PARALLELISM = 2;
    private static final Duration BEACON_EVERY = Duration.ofMillis(500);
    /** Longer than anything that heals by itself takes; what lasts longer hangs. */
    private static final Duration RECOVERS_WITHIN = Duration.ofMinutes(3);

    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    /** Small batches, so that there are many to be hit in the middle of; for the rest the defaults. */
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
            """;

    private static final String ROCKSDB = """
            store:
              rocksdb:
                directory: ${data}/store/${group}
                blockCacheMb: 32
                rowCacheMb: 32
            dataflow:
              heapMb: 256
            """;

    /** Its rows can be reached by several processes, so the shards are spread over two. */
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
    private final Random random;
    /** Never released: what waits for it waits until it is interrupted, or its time is over. */
    private final CountDownLatch never = new CountDownLatch(1);

    /** By process. */
    private final Map<String, CuttableProxy> proxies = new TreeMap<>();

    private GroupOnCluster group;
    private RegistrySchemas schemas;
    private LightFeed feed;
    private int parallelism = PARALLELISM;

    /**
     * @param data an empty folder, absolute
     * @param asd the executable of an Aerospike server, absolute: the join store is there; null: it is RocksDB
     */
    Stage(Path data, Path asd, Random random) {
        Set<String> everyKafka = new TreeSet<>(GROUP.dcs());
        everyKafka.add(ClusterSettings.CENTRAL);
        this.cluster = Cluster.of(new ClusterSettings(
                data, EnumSet.allOf(Component.class), GROUP.dcs(), SHARDS, everyKafka, Optional.ofNullable(asd)));
        this.random = random;
    }

    /** Starts everything; returns when the first events have been joined and counted. */
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
                (SETTINGS + (onAerospike() ? AEROSPIKE : ROCKSDB))
                        .replace("POSTGRES_PROXY", Integer.toString(postgres.port()))
                        .replace("CENTRAL_PROXY", endpoints.kafkaByProxy(ClusterSettings.CENTRAL)));
        group = new GroupOnCluster(cluster, GROUP, settings);
        group.submit(parallelism);
        schemas = RegistrySchemas.connect(new GroupSettings.Registry(
                List.of(URI.create(cluster.endpoints().registry()))));
        feed = LightFeed.start(plan, BEACON_EVERY, cluster.endpoints().kafka(), SHARDS, schemas.ids());
        awaitBeyond(now(), Topologies.ALL);
        progress.accept("both topologies are at work");
    }

    /** Whether Aerospike is the join store; it is RocksDB otherwise. */
    boolean onAerospike() {
        return cluster.settings().asd().isPresent();
    }

    Cluster cluster() {
        return cluster;
    }

    /** What those who work on the events go through to reach a server, by the server's process. */
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

    /** Tasks of each topology at present. */
    int parallelism() {
        return parallelism;
    }

    /** Submits both topologies, which must have been killed. */
    void submit(int newParallelism) {
        group.submit(newParallelism);
        parallelism = newParallelism;
    }

    Moment now() {
        return new Moment(System.nanoTime(), feed.fed().greatestTimeMs());
    }

    /** Lets time pass in which nothing is done. */
    void pause(Duration time) throws InterruptedException {
        never.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * How long topologies took to get over something, in seconds.
     *
     * @param firstCommit until each had committed anything
     * @param everyShard until every shard of each had committed something that was fed after it
     */
    record Recovery(double firstCommit, double everyShard) {}

    /**
     * Waits until every shard has committed something that was fed after a moment. This takes a watermark beyond it, to
     * which both data centers, the mirror and the topologies must have contributed.
     *
     * @return the time from that moment until then
     * @throws IllegalStateException if it takes longer than {@link #RECOVERS_WITHIN}
     */
    Recovery awaitBeyond(Moment moment, Collection<TopologyDescriptor> topologies) {
        List<ShardsAtWork> all = topologies.stream()
                .map(topology -> new ShardsAtWork(() -> positions(topology), moment))
                .toList();
        // Each has to be looked at each time.
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

    /** Waits until every process works, and both topologies commit. */
    void awaitEverythingAtWork() {
        cluster.processes().forEach(process -> process.awaitReady(RECOVERS_WITHIN));
        awaitBeyond(now(), Topologies.ALL);
    }

    /** Where the ledger has the shards; empty while the ledger is away, which is waited out. */
    private List<Position> positions(TopologyDescriptor topology) {
        try {
            return List.copyOf(group.positions(topology));
        } catch (SinkUnavailableException | KafkaException e) {
            return List.of();
        }
    }

    /** Stops everything; the data stays. An interruption waits until that is done. */
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
