package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.embedded.EmbeddedPostgresSettings;
import io.lightflow.deploy.embedded.EmbeddedPostgresSettings.AtJvmExit;
import io.lightflow.deploy.embedded.EmbeddedZooKeeper;
import io.lightflow.deploy.embedded.PostgresServer;
import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalSettings.EventPath;
import io.lightflow.deploy.local.LocalSettings.Registries;
import io.lightflow.event.EventType;
import io.lightflow.reports.query.QuerySettings;
import io.lightflow.reports.server.BudgetSettings;
import io.lightflow.reports.server.DatabaseSettings;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.topology.aerospike.AerospikeJoinStore;
import io.lightflow.topology.catalog.Topologies;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.monitor.MonitorServer;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.submit.GroupPreparation;
import io.lightflow.topology.trident.TridentTopologies;
import io.lightflow.topology.zookeeper.GroupNodes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.storm.Config;
import org.apache.storm.DaemonConfig;
import org.apache.storm.LocalCluster;
import org.apache.storm.ProcessSimulator;
import org.apache.storm.generated.KillOptions;
import org.apache.storm.generated.TopologySummary;
import org.apache.storm.thrift.TException;
import org.apache.storm.utils.Utils;
import org.slf4j.LoggerFactory;

/**
 * The whole platform in this process, of real servers: front clusters, central cluster, mirror, ZooKeeper, Storm,
 * schema registry and PostgreSQL. All listen on the loopback address and store their data in one directory, and a
 * restart continues from it. It is also the fixture of the end-to-end tests.
 *
 * <p>The stack closes itself when the JVM exits, for example after Ctrl-C. Not thread-safe except for {@link #close}.
 */
public final class LocalStack implements AutoCloseable {
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration WORKER_TIMEOUT = Duration.ofSeconds(20);
    private static final long POLL_NANOS = 50_000_000;
    private static final Duration MONITOR_INTERVAL = Duration.ofSeconds(5);
    private static final int SUBMISSIONS = 3;
    private static final String STORM_ROOT = "/storm";
    private static final KillOptions AT_ONCE = killOptions();

    private final LocalSettings settings;
    private final EmbeddedZooKeeper zookeeper;
    private final CentralKafka central;
    private final Map<String, EmbeddedKafka> fronts = new LinkedHashMap<>();
    private final PostgresServer postgres;
    private LocalRegistries registries;
    private LocalMirror mirror;
    private ReportsServer reports;
    private final Map<String, LocalCapture> captures = new LinkedHashMap<>();
    private final List<MonitorServer> monitors = new ArrayList<>();
    private LocalCluster storm;
    private Runnable beforeExit = () -> {};
    private List<String> queryCommand = List.of();
    private Thread closingAtExit;

    public LocalStack(LocalSettings settings) {
        this(settings, new InProcessKafka(settings.data().resolve("kafka-central")));
    }

    public LocalStack(LocalSettings settings, CentralKafka central) {
        this(settings, central, embeddedPostgres(settings));
    }

    public LocalStack(LocalSettings settings, CentralKafka central, PostgresServer postgres) {
        this.settings = settings;
        this.zookeeper = new EmbeddedZooKeeper(settings.data().resolve("zookeeper"));
        this.central = central;
        if (settings.path() == EventPath.MIRRORED) {
            settings.dcs()
                    .forEach(dc ->
                            fronts.put(dc, new EmbeddedKafka(settings.data().resolve("kafka-" + dc))));
        }
        this.postgres = postgres;
    }

    private static PostgresServer embeddedPostgres(LocalSettings settings) {
        // Its clients must stop first: see closeAtExit.
        EmbeddedPostgresSettings server =
                EmbeddedPostgresSettings.in(settings.data().resolve("postgres")).with(AtJvmExit.LEAVE_TO_CALLER);
        for (Map.Entry<String, String> setting : settings.postgres().entrySet()) {
            server = server.with(setting.getKey(), setting.getValue());
        }
        return new EmbeddedPostgresServer(server);
    }

    /** Starts all servers, but no topologies. */
    public void startServers() {
        // One thread initializes SLF4J; otherwise it warns about lost messages.
        LoggerFactory.getILoggerFactory();
        closeAtExit();
        emptyAerospike();
        List<Callable<Void>> first = new ArrayList<>();
        first.add(started(zookeeper::start));
        first.add(started(postgres::start));
        first.add(started(central::start));
        fronts.values().forEach(front -> first.add(started(front::start)));
        ParallelTasks.run("starting", first);

        registries = new LocalRegistries(
                postgres, settings.registries() == Registries.ONE_PER_DC ? settings.dcs() : List.of());
        registries.start();
        createLightTopics();
        if (settings.path() == EventPath.MIRRORED) {
            mirror = new LocalMirror(fronts, central);
        }
        List<Callable<Void>> second = new ArrayList<>();
        if (mirror != null) {
            second.add(started(mirror::start));
        }
        second.add(started(this::startStorm));
        second.add(started(this::startCaptures));
        second.add(started(() -> settings.groups().forEach(group -> GroupPreparation.prepare(groupSettings(group)))));
        ParallelTasks.run("starting", second);
        settings.groups().forEach(group -> StackFolder.write(settings.data(), groupSettings(group)));
        registries.keepSynchronized();
        if (settings.reports()) {
            startMonitors();
            reports = new ReportsServer(reportsSettings(), queryCommand).start();
        }
        nameServices();
    }

    private void startCaptures() {
        if (settings.capture()) {
            frontBootstraps().forEach((dc, servers) -> {
                LocalCapture capture = new LocalCapture(
                        settings.data().resolve("capture-" + dc),
                        dc,
                        servers,
                        settings.shards(),
                        Optional.of(registryUrl()));
                captures.put(dc, capture);
                capture.start();
            });
        }
    }

    /** The page Health shows what they tell. */
    private void startMonitors() {
        for (DcGroup group : settings.groups()) {
            monitors.add(MonitorServer.start(groupSettings(group), "127.0.0.1", "0", MONITOR_INTERVAL));
        }
    }

    private void nameServices() {
        Map<String, List<URI>> services = new LinkedHashMap<>();
        List<URI> urls = new ArrayList<>(List.of(registryUrl()));
        urls.addAll(dcRegistryUrls().values());
        services.put("lightflow-registry", urls);
        if (reports != null) {
            services.put("lightflow-reports", List.of(reportsUrl()));
            services.put(
                    "lightflow-monitor",
                    monitors.stream().map(MonitorServer::url).toList());
        }
        if (settings.capture()) {
            services.put(
                    "lightflow-capture",
                    captures.values().stream().map(LocalCapture::adminUrl).toList());
        }
        ServiceTargets.write(settings.targetsFolder(), services);
        StackAddresses.write(settings.data(), addresses());
    }

    private Map<String, String> addresses() {
        Map<String, String> addresses = new LinkedHashMap<>();
        if (reports != null) {
            addresses.put("REPORTS", reportsUrl().toString());
        }
        addresses.put("REGISTRY", registryUrl().toString());
        frontBootstraps().forEach((dc, servers) -> addresses.put(StackAddresses.variable("KAFKA", dc), servers));
        captures.forEach((dc, capture) -> {
            addresses.put(StackAddresses.variable("CAPTURE", dc), capture.url().toString());
            addresses.put(StackAddresses.variable("CAPTURE_TOKEN", dc), capture.partnerToken());
        });
        return addresses;
    }

    /** Statistics of replayed logs lag by years without being stale. */
    private ReportsSettings reportsSettings() {
        ReportsSettings reportsSettings = ReportsSettings.of(
                        0, DatabaseSettings.of(jdbcUrl(), EmbeddedPostgresServer.USER, null))
                .withBudgets(BudgetSettings.DEFAULT.withMaxLag(Optional.empty()))
                .withMonitors(monitors.stream().map(MonitorServer::url).toList());
        if (queryCommand.isEmpty()) {
            return reportsSettings;
        }
        return reportsSettings.withQueries(QuerySettings.of(settings.groups().stream()
                .map(group -> StackFolder.settingsFile(settings.data(), group.name()))
                .toList()));
    }

    /**
     * Lets the reports server run queries over events. Call it before the servers start.
     *
     * @param command starts a process for queries
     */
    public void runQueriesBy(List<String> command) {
        queryCommand = List.copyOf(command);
    }

    /**
     * Sets the first action at the exit of the JVM, which stops users of the stack. Call it before the servers start.
     */
    public void beforeExit(Runnable action) {
        beforeExit = action;
    }

    private void closeAtExit() {
        closingAtExit = new Thread(
                () -> {
                    try {
                        beforeExit.run();
                    } finally {
                        close();
                    }
                },
                "lightflow-stop");
        Runtime.getRuntime().addShutdownHook(closingAtExit);
    }

    private void forgetExit() {
        if (closingAtExit == null) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(closingAtExit);
        } catch (IllegalStateException e) {
            // The JVM exits and the hook runs; it will find everything closed.
        }
        closingAtExit = null;
    }

    private static Callable<Void> started(Runnable start) {
        return () -> {
            start.run();
            return null;
        };
    }

    private void createLightTopics() {
        List<NewTopic> copies = new ArrayList<>();
        for (String dc : settings.dcs()) {
            List<NewTopic> originals = new ArrayList<>();
            for (EventType type : EventType.values()) {
                originals.add(new NewTopic(type.plural(), settings.shards(), (short) 1));
                copies.add(new NewTopic(type.centralTopic(dc), settings.shards(), (short) 1));
            }
            if (settings.path() == EventPath.MIRRORED) {
                fronts.get(dc).createTopics(originals);
            }
        }
        central.createTopics(copies);
    }

    private void startStorm() {
        int port = Integer.parseInt(
                zookeeper.connectString().substring(zookeeper.connectString().lastIndexOf(':') + 1));
        if (!ProcessSimulator.getAllProcessHandles().isEmpty()) {
            // Closing one instance ends the workers of all.
            throw new IllegalStateException(
                    "A process can run Storm's local mode only once, but another stack in this process still uses it");
        }
        try {
            forgetTopologies();
            storm = new LocalCluster.Builder()
                    .withSupervisors(1)
                    .withPortsPerSupervisor(topologies())
                    .withDaemonConf(Config.STORM_ZOOKEEPER_SERVERS, List.of("127.0.0.1"))
                    .withDaemonConf(Config.STORM_ZOOKEEPER_PORT, port)
                    .withDaemonConf(Config.STORM_ZOOKEEPER_ROOT, STORM_ROOT)
                    .withDaemonConf(Config.STORM_LOCAL_HOSTNAME, "127.0.0.1")
                    // How soon a submitted topology gets a worker, and a killed one loses it.
                    .withDaemonConf(DaemonConfig.NIMBUS_MONITOR_FREQ_SECS, 1)
                    .withDaemonConf(DaemonConfig.SUPERVISOR_MONITOR_FREQUENCY_SECS, 1)
                    .withDaemonConf(Config.SUPERVISOR_WORKER_SHUTDOWN_SLEEP_SECS, 0)
                    .withDaemonConf(
                            DaemonConfig.STORM_METRIC_STORE_CLASS, "org.apache.storm.metricstore.NoOpMetricStore")
                    .build();
        } catch (Exception e) {
            throw new IllegalStateException("Starting Storm failed: " + e, e);
        }
    }

    private int topologies() {
        return settings.groups().stream()
                .mapToInt(group -> Topologies.of(groupSettings(group)).size())
                .sum();
    }

    /**
     * Deletes the topologies of the previous start from ZooKeeper. Storm stores their code in a directory that is new
     * at every start, and would fail to find it. Trident's nodes are elsewhere and stay.
     */
    private void forgetTopologies() throws Exception {
        try (CuratorFramework curator =
                CuratorFrameworkFactory.newClient(zookeeper.connectString(), new RetryOneTime(1_000))) {
            curator.start();
            curator.delete().quietly().deletingChildrenIfNeeded().forPath(STORM_ROOT);
        }
    }

    /** Starts the topologies of every group. */
    public void submitTopologies() {
        for (DcGroup group : settings.groups()) {
            for (TopologyDescriptor topology : Topologies.of(groupSettings(group))) {
                submit(group, topology, TridentTopologies.parallelism(topology, groupSettings(group)));
            }
        }
    }

    public void submit(DcGroup group, TopologyDescriptor topology, int parallelism) {
        GroupSettings groupSettings = groupSettings(group);
        try (GroupNodes nodes = GroupNodes.connect(groupSettings, topology)) {
            nodes.withdrawStops();
            nodes.keepSubmittedRules(groupSettings.join(), Instant.now());
        }
        try {
            submit(topology, groupSettings, parallelism, SUBMISSIONS);
        } catch (Exception e) {
            throw new IllegalStateException("submitting " + topology.stormName(group.name()) + " failed: " + e, e);
        }
    }

    /**
     * Storm's blob store deletes empty folders when it has started. On a slow machine that is a folder into which a
     * submission is about to write; the submission then fails without an effect.
     */
    private void submit(TopologyDescriptor topology, GroupSettings groupSettings, int parallelism, int attempts)
            throws Exception {
        try {
            storm.submitTopology(
                    topology.stormName(groupSettings.group()),
                    TridentTopologies.config(topology, groupSettings),
                    TridentTopologies.build(topology, groupSettings, parallelism));
        } catch (RuntimeException e) {
            if (attempts == 1 || !Utils.exceptionCauseIsInstanceOf(IOException.class, e)) {
                throw e;
            }
            submit(topology, groupSettings, parallelism, attempts - 1);
        }
    }

    /** A topology that is no longer listed still runs until its only worker has stopped. */
    private boolean isThere(String topologyName) throws TException {
        List<TopologySummary> topologies = storm.getTopologySummaries();
        return topologies.stream().anyMatch(topology -> topology.get_name().equals(topologyName))
                || ProcessSimulator.getAllProcessHandles().size() > topologies.size();
    }

    private static KillOptions killOptions() {
        KillOptions options = new KillOptions();
        options.set_wait_secs(0);
        return options;
    }

    /** Ends a topology at once; returns when it has ended and its name is free again. */
    public void kill(DcGroup group, TopologyDescriptor topology) {
        String name = topology.stormName(group.name());
        try {
            storm.killTopologyWithOpts(name, AT_ONCE);
            long deadline = System.nanoTime() + KILL_TIMEOUT.toNanos();
            while (isThere(name)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("it still exists after " + KILL_TIMEOUT);
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        } catch (Exception e) {
            throw new IllegalStateException("killing " + name + " failed: " + e, e);
        }
    }

    public GroupSettings groupSettings(DcGroup group) {
        Map<String, String> frontClusters = new LinkedHashMap<>();
        fronts.forEach((dc, front) -> frontClusters.put(dc, front.bootstrapServers()));
        return new LocalGroup(settings, group)
                .groupSettings(centralBootstrap(), frontClusters, registryUrl(), jdbcUrl(), zookeeper.connectString());
    }

    /** Deletes rows of a previous stack whose directory was emptied. */
    private void emptyAerospike() {
        boolean isNew = !Files.exists(settings.data().resolve("postgres"));
        if (settings.aerospike() != null && isNew) {
            settings.groups()
                    .forEach(group -> AerospikeJoinStore.empty(
                            settings.aerospike().withSet(new LocalGroup(settings, group).set())));
        }
    }

    public LocalSettings settings() {
        return settings;
    }

    public String centralBootstrap() {
        return central.bootstrapServers();
    }

    /** The bootstrap servers for producers, by data center. */
    public Map<String, String> frontBootstraps() {
        Map<String, String> bootstraps = new LinkedHashMap<>();
        for (String dc : settings.dcs()) {
            bootstraps.put(
                    dc, settings.path() == EventPath.MIRRORED ? fronts.get(dc).bootstrapServers() : centralBootstrap());
        }
        return bootstraps;
    }

    /** The URL of the topologies' registry. */
    public URI registryUrl() {
        return registries.central();
    }

    /** The URLs of the data centers' registries, by data center. */
    public Map<String, URI> dcRegistryUrls() {
        return registries.byDc();
    }

    public String jdbcUrl() {
        return postgres.jdbcUrl();
    }

    /** The URL of the reports server with API and dashboard. */
    public URI reportsUrl() {
        return reports.url();
    }

    /** The capture servers by data center; empty without them. */
    public Map<String, LocalCapture> captures() {
        return Collections.unmodifiableMap(captures);
    }

    public CentralKafka central() {
        return central;
    }

    public PostgresServer postgres() {
        return postgres;
    }

    public EmbeddedZooKeeper zookeeper() {
        return zookeeper;
    }

    /** Stops everything; commits survive until the next start. Idempotent. */
    @Override
    public synchronized void close() {
        forgetExit();
        // The interrupt has led here; if kept, it would prevent an orderly end.
        boolean interrupted = Thread.interrupted();
        try {
            closeParts();
        } finally {
            storm = null;
            mirror = null;
            registries = null;
            reports = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void closeParts() {
        List<List<AutoCloseable>> stages = new ArrayList<>();
        List<AutoCloseable> first = present(storm == null ? null : this::closeStorm, mirror);
        first.addAll(captures.values());
        first.addAll(monitors);
        stages.add(first);
        List<AutoCloseable> users = present(registries, central, reports);
        users.addAll(fronts.values());
        users.add(() -> ServiceTargets.delete(settings.targetsFolder()));
        users.add(() -> StackAddresses.delete(settings.data()));
        stages.add(users);
        stages.add(List.of(postgres, zookeeper));
        IllegalStateException failure = null;
        for (List<AutoCloseable> stage : stages) {
            try {
                ParallelTasks.run(
                        "stopping", stage.stream().map(LocalStack::closed).toList());
            } catch (IllegalStateException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Kills the topologies first: a cluster that still has workers warns of each that takes longer than a second. Storm
     * ends the whole JVM, or blocks its end, when it stops while it starts a worker.
     */
    private void closeStorm() throws Exception {
        await(() -> ProcessSimulator.getAllProcessHandles().size()
                >= storm.getTopologySummaries().size());
        for (TopologySummary topology : storm.getTopologySummaries()) {
            storm.killTopologyWithOpts(topology.get_name(), AT_ONCE);
        }
        await(() -> storm.getTopologySummaries().isEmpty()
                && ProcessSimulator.getAllProcessHandles().isEmpty());
        storm.close();
    }

    /** Waits for Storm's workers, but not for ever: what is closed afterwards ends them, too. */
    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + WORKER_TIMEOUT.toNanos();
        while (!condition.call() && deadline - System.nanoTime() > 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static List<AutoCloseable> present(AutoCloseable... parts) {
        return Stream.of(parts).filter(Objects::nonNull).collect(Collectors.toCollection(ArrayList::new));
    }

    private static Callable<Void> closed(AutoCloseable part) {
        return () -> {
            part.close();
            return null;
        };
    }
}
