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
import io.lightflow.reports.alert.AlertSettings;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.slf4j.LoggerFactory;

/**
 * The whole platform in this process, of real servers: front clusters, central cluster, mirror, ZooKeeper, Storm,
 * schema registry and PostgreSQL. All listen on the loopback address and store their data in one directory, and a
 * restart continues from it. It is also the fixture of the end-to-end tests.
 *
 * <p>The stack closes itself when the JVM exits, for example after Ctrl-C. Not thread-safe except for {@link #close}.
 */
public final class LocalStack implements AutoCloseable {
    private static final Duration MONITOR_INTERVAL = Duration.ofSeconds(5);

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
    private LocalStorm storm;
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
                .withMonitors(monitors.stream().map(MonitorServer::url).toList())
                .withAlerts(AlertSettings.DEFAULT);
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
        storm = LocalStorm.start(zookeeper.connectString(), topologies());
    }

    private int topologies() {
        return settings.groups().stream()
                .mapToInt(group -> Topologies.of(groupSettings(group)).size())
                .sum();
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
        storm.submit(topology, groupSettings, parallelism);
    }

    /** Ends a topology at once; returns when it has ended and its name is free again. */
    public void kill(DcGroup group, TopologyDescriptor topology) {
        storm.kill(topology.stormName(group.name()));
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
            monitors.clear();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void closeParts() {
        List<List<AutoCloseable>> stages = new ArrayList<>();
        List<AutoCloseable> first = present(storm, mirror);
        first.addAll(captures.values());
        first.addAll(monitors);
        stages.add(first);
        List<AutoCloseable> users = present(registries, central, reports);
        users.addAll(fronts.values());
        users.add(() -> ServiceTargets.delete(settings.targetsFolder()));
        users.add(() -> StackAddresses.delete(settings.data()));
        stages.add(users);
        stages.add(List.of(postgres, zookeeper));
        ParallelTasks.stop(stages);
    }

    private static List<AutoCloseable> present(AutoCloseable... parts) {
        return Stream.of(parts).filter(Objects::nonNull).collect(Collectors.toCollection(ArrayList::new));
    }
}
