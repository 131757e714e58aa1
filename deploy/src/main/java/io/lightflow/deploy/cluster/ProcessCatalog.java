package io.lightflow.deploy.cluster;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/** Defines for each process its preparation, launch and readiness probe. */
final class ProcessCatalog {
    static final String ZOOKEEPER = "zookeeper";
    static final String NIMBUS = "nimbus";
    static final String SUPERVISOR = "supervisor";
    private static final String POSTGRES = "postgres";
    private static final String REGISTRY = "registry";
    private static final String MIRROR = "mirror";

    private final ClusterSettings settings;
    private final ProjectBuild build;
    private final Ports ports;
    private final List<Wave> waves = new ArrayList<>();

    /**
     * Processes that start concurrently once those of earlier waves are ready.
     *
     * @param whenReady the action when all of them are ready, before the next wave; idempotent
     */
    record Wave(List<ClusterProcess> processes, Runnable whenReady) {
        Wave {
            processes = List.copyOf(processes);
        }
    }

    ProcessCatalog(ClusterSettings settings, ProjectBuild build, Ports ports) {
        this.settings = settings;
        this.build = build;
        this.ports = ports;
        List<ClusterProcess> first = new ArrayList<>();
        List<ClusterProcess> second = new ArrayList<>();
        if (settings.has(Component.ZOOKEEPER)) {
            first.add(zooKeeper());
        }
        if (settings.has(Component.POSTGRES)) {
            first.add(postgres());
        }
        settings.asd().ifPresent(asd -> first.add(aerospike(asd).process()));
        if (settings.has(Component.KAFKA)) {
            kafkaNames().forEach(name -> first.add(kafka(name)));
        }
        if (settings.has(Component.STORM)) {
            second.add(nimbus());
            second.add(supervisor());
        }
        if (settings.has(Component.REGISTRY)) {
            second.add(registry());
        }
        if (settings.has(Component.MIRROR)) {
            second.add(mirror());
        }
        if (settings.has(Component.CAPTURE)) {
            settings.dataCenters().forEach(dc -> second.add(capture(dc)));
        }
        waves.add(new Wave(first, this::createTopics));
        waves.add(new Wave(second, () -> {}));
    }

    List<Wave> waves() {
        return waves;
    }

    List<ClusterProcess> processes() {
        return waves.stream().flatMap(wave -> wave.processes().stream()).toList();
    }

    /** The names of all ports. */
    Set<String> portUses() {
        Set<String> uses = new TreeSet<>(List.of(ZOOKEEPER, NIMBUS, SUPERVISOR, POSTGRES, REGISTRY, MIRROR));
        uses.addAll(StormHome.slotUses());
        uses.addAll(AerospikeNode.PORTS);
        kafkaNames().forEach(name -> uses.addAll(List.of("kafka-" + name, "kafka-" + name + "-controller")));
        settings.proxied().forEach(name -> uses.addAll(List.of(proxyUse(name), proxiedUse(name))));
        settings.dataCenters().forEach(dc -> uses.addAll(CaptureProcess.ports(dc)));
        return uses;
    }

    StormHome stormHome() {
        return new StormHome(settings.data().resolve("storm"));
    }

    Endpoints endpoints() {
        Map<String, String> kafka = new LinkedHashMap<>();
        if (settings.has(Component.KAFKA)) {
            kafkaNames().forEach(name -> kafka.put(name, "127.0.0.1:" + ports.of("kafka-" + name)));
        }
        return new Endpoints(
                "127.0.0.1:" + ports.of(ZOOKEEPER),
                kafka,
                ports.of(NIMBUS),
                new PostgresProcess(directory(POSTGRES), ports.of(POSTGRES)).jdbcUrl(),
                registryAddress(),
                "127.0.0.1:" + ports.of(AerospikeNode.NAME),
                stormHome().directory(),
                settings.proxied().stream().collect(Collectors.toMap(name -> name, this::proxied)),
                settings.has(Component.CAPTURE)
                        ? settings.dataCenters().stream().collect(Collectors.toMap(dc -> dc, dc -> captureProcess(dc)
                                .endpoint()))
                        : Map.of());
    }

    private Endpoints.Proxied proxied(String kafka) {
        return new Endpoints.Proxied(ports.of(proxyUse(kafka)), ports.of(proxiedUse(kafka)));
    }

    private static String proxyUse(String kafka) {
        return "kafka-" + kafka + "-proxy";
    }

    private static String proxiedUse(String kafka) {
        return "kafka-" + kafka + "-proxied";
    }

    private List<String> kafkaNames() {
        List<String> names = new ArrayList<>(settings.dataCenters());
        names.add(ClusterSettings.CENTRAL);
        return names;
    }

    private ClusterProcess zooKeeper() {
        Path directory = directory(ZOOKEEPER);
        int port = ports.of(ZOOKEEPER);
        Path config = directory.resolve("conf/zookeeper.cfg");
        ProcessSpec spec = daemon(ZOOKEEPER)
                .heapMb(96)
                .quickStart()
                // The size in KiB of preallocated log files; the default is 64 MiB.
                .property("zookeeper.preAllocSize", 4096)
                .main("org.apache.zookeeper.server.quorum.QuorumPeerMain", config)
                .spec();
        return new ClusterProcess(spec, ReadinessProbes.zooKeeper(port), () -> {
            ResourceFiles.write(directory.resolve("data/.keep"), "");
            ResourceFiles.render("zookeeper.cfg", Map.of("port", port, "data", directory.resolve("data")), config);
        });
    }

    private ClusterProcess kafka(String name) {
        String process = "kafka-" + name;
        Path directory = directory(process);
        int port = ports.of(process);
        Path config = directory.resolve("conf/server.properties");
        ProcessSpec spec = daemon(process)
                .heapMb(256)
                .main("kafka.Kafka", config)
                .spec()
                .stoppedBy(Signal.TERM, Duration.ofSeconds(20));
        return new ClusterProcess(spec, ReadinessProbes.kafka(port), () -> {
            Path data = directory.resolve("data");
            ResourceFiles.render(
                    "server.properties",
                    Map.of(
                            "name",
                            name,
                            "port",
                            port,
                            "controller",
                            ports.of(process + "-controller"),
                            "data",
                            data,
                            "proxiedListener",
                            proxiedListener(name, Endpoints.Proxied::brokerPort),
                            "proxiedAdvertised",
                            proxiedListener(name, Endpoints.Proxied::proxyPort)),
                    config);
            if (!Files.exists(data.resolve("meta.properties"))) {
                format(config);
            }
        });
    }

    /** The additional listener for a proxy. */
    private String proxiedListener(String kafka, ToIntFunction<Endpoints.Proxied> port) {
        return settings.proxied().contains(kafka) ? ",PROXIED://127.0.0.1:" + port.applyAsInt(proxied(kafka)) : "";
    }

    private void createTopics() {
        if (settings.has(Component.KAFKA)) {
            for (String dataCenter : settings.dataCenters()) {
                LightTopics.create(endpoints().kafka().get(dataCenter), settings.partitions());
            }
        }
    }

    private static void format(Path config) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        String[] arguments = {
            "format",
            "--config",
            config.toString(),
            "--cluster-id",
            Uuid.randomUuid().toString()
        };
        int exitCode = StorageTool.execute(arguments, new PrintStream(output, true, StandardCharsets.UTF_8));
        if (exitCode != 0) {
            throw new ProcessFailedException(
                    "Formatting the storage of " + config + " failed: " + output.toString(StandardCharsets.UTF_8));
        }
    }

    private ClusterProcess postgres() {
        PostgresProcess server = new PostgresProcess(directory(POSTGRES), ports.of(POSTGRES));
        return new ClusterProcess(server.spec(), ReadinessProbes.postgres(server.jdbcUrl()), server::prepare);
    }

    private AerospikeNode aerospike(Path asd) {
        return new AerospikeNode(asd, directory(AerospikeNode.NAME), ports);
    }

    private ClusterProcess registry() {
        PostgresProcess postgres = new PostgresProcess(directory(POSTGRES), ports.of(POSTGRES));
        int port = ports.of(REGISTRY);
        ProcessSpec spec = daemon(REGISTRY)
                .heapMb(96)
                .quickStart()
                .main(
                        "io.lightflow.registry.server.RegistryMain",
                        "serve",
                        "--port",
                        port,
                        "--jdbc",
                        postgres.jdbcUrl(),
                        "--user",
                        PostgresProcess.USER)
                .spec();
        return new ClusterProcess(spec, ReadinessProbes.http(URI.create(registryAddress() + "/subjects")), () -> {});
    }

    private String registryAddress() {
        return "http://127.0.0.1:" + ports.of(REGISTRY);
    }

    private ClusterProcess mirror() {
        Path directory = directory(MIRROR);
        int restPort = ports.of(MIRROR);
        Path config = directory.resolve("conf/mirror.yaml");
        String central = endpoints().kafka().get(ClusterSettings.CENTRAL);
        ProcessSpec spec = daemon(MIRROR)
                .heapMb(320)
                .main("io.lightflow.mirror.MirrorMain", "--settings", config)
                .spec()
                .stoppedBy(Signal.TERM, Duration.ofSeconds(20));
        Readiness topics = LightTopics.areMirrored(central, settings.dataCenters());
        return new ClusterProcess(
                spec,
                () -> {
                    ReadinessProbes.accepts(restPort).check();
                    topics.check();
                },
                () -> ResourceFiles.render(
                        "mirror.yaml",
                        Map.of("central", central, "dataCenters", dataCentersYaml(), "port", restPort),
                        config));
    }

    private ClusterProcess capture(String dc) {
        CaptureProcess capture = captureProcess(dc);
        ProcessSpec spec = daemon(capture.name())
                .heapMb(96)
                .main("io.lightflow.capture.CaptureCommand", "--settings", capture.settingsFile())
                .spec()
                .stoppedBy(Signal.TERM, Duration.ofSeconds(20));
        return new ClusterProcess(
                spec,
                ReadinessProbes.http(capture.endpoint().url().resolve("/health")),
                () -> capture.prepare(
                        endpoints().kafkaByProxy(dc),
                        settings.partitions(),
                        settings.has(Component.REGISTRY)
                                ? "registry: {urls: [\"%s\"]}".formatted(registryAddress())
                                : ""));
    }

    private CaptureProcess captureProcess(String dc) {
        return new CaptureProcess(dc, directory(CaptureProcess.name(dc)), ports);
    }

    private String dataCentersYaml() {
        Endpoints endpoints = endpoints();
        return settings.dataCenters().stream()
                .map(name -> "  - {name: %s, bootstrapServers: \"%s\"}".formatted(name, endpoints.kafkaByProxy(name)))
                .collect(Collectors.joining("\n"));
    }

    private ClusterProcess nimbus() {
        ProcessSpec spec = storm(NIMBUS, 256, "org.apache.storm.daemon.nimbus.Nimbus");
        return new ClusterProcess(spec, new StormClient(ports.of(NIMBUS)).nimbusLeads(), this::layOutStorm);
    }

    private ClusterProcess supervisor() {
        ProcessSpec spec = storm(SUPERVISOR, 128, "org.apache.storm.daemon.supervisor.Supervisor");
        return new ClusterProcess(
                spec, new StormClient(ports.of(NIMBUS)).supervisorIsKnown(ports.of(SUPERVISOR)), this::layOutStorm);
    }

    private void layOutStorm() {
        stormHome().layOut(build, ports);
    }

    /** The launch description of a daemon, as in the {@code storm} script. */
    private ProcessSpec storm(String name, int heapMb, String mainClass) {
        StormHome home = stormHome();
        return JavaLaunch.of(name, directory(name))
                .heapMb(heapMb)
                .quickStart()
                .property("daemon.name", name)
                // Set here instead of storm.yaml: only servers need it, and clients may lack the class.
                .property("storm.options", "storm.thrift.transport=" + LoopbackTransport.class.getName())
                .property("storm.home", home.directory())
                .property("storm.log.dir", directory(name).resolve("logs"))
                .property("java.library.path", "/usr/local/lib:/opt/local/lib:/usr/lib:/usr/lib64")
                .property("storm.conf.file", "")
                .property("java.deserialization.disabled", true)
                .property("logfile.name", name + ".log")
                .property("log4j.configurationFile", home.directory().resolve("log4j2/cluster.xml"))
                .classPath(home.daemonClassPath())
                .main(mainClass)
                .spec();
    }

    /** A process with the class path of this JVM. */
    private JavaLaunch daemon(String name) {
        Path directory = directory(name);
        return JavaLaunch.of(name, directory)
                .classPath(JavaLaunch.ownClassPath())
                .property("log4j2.configurationFile", "classpath:io/lightflow/deploy/cluster/daemon-log4j2.xml")
                .property("lightflow.logs", directory.resolve("logs"))
                .property("lightflow.name", name);
    }

    private Path directory(String process) {
        return settings.data().resolve("processes").resolve(process);
    }
}
