package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.deploy.embedded.EmbeddedPostgresSettings;
import io.lightflow.deploy.embedded.EmbeddedPostgresSettings.AtJvmExit;
import io.lightflow.deploy.embedded.EmbeddedZooKeeper;
import io.lightflow.topology.settings.FrontSection;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.KafkaSection;
import io.lightflow.topology.settings.PostgresSection;
import io.lightflow.topology.settings.RegistrySection;
import io.lightflow.topology.settings.ZooKeeperSection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * The folder of a local stack, for commands that read it whether the stack runs or not. It starts the servers that a
 * command needs and that do not run, and stops them when it is closed or the JVM exits.
 *
 * <p>The subfolder {@code groups} has the settings of each group as YAML, as of the last start of the stack. Used by
 * one thread.
 */
public final class StackFolder implements AutoCloseable {
    private static final String GROUPS = "groups";
    private static final String YAML = ".yaml";
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

    /** The servers of a stack that a command may need. */
    public enum Server {
        POSTGRES,
        REGISTRY,
        ZOOKEEPER,
        CENTRAL_KAFKA,
        FRONT_KAFKAS
    }

    private final Path data;
    /** The newest first. Guarded by itself: the shutdown hook closes it, too. */
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    private Thread closingAtExit;
    private String jdbcUrl;
    /** Whether another process runs PostgreSQL: then that is the stack, as a rule. */
    private boolean stackRuns;

    private URI registry;
    private String zookeeper;
    private String centralKafka;
    private final Map<String, String> frontKafkas = new ConcurrentHashMap<>();

    private StackFolder(Path data) {
        this.data = data;
    }

    /**
     * Opens a folder, and starts nothing.
     *
     * @throws IllegalArgumentException if it is not that of a stack
     */
    public static StackFolder open(Path data) {
        Path absolute = data.toAbsolutePath().normalize();
        if (!Files.isDirectory(absolute.resolve("postgres"))) {
            throw new IllegalArgumentException("expected a folder that `lightflow up --data " + data
                    + "` has filled, found no subfolder postgres in it");
        }
        return new StackFolder(absolute);
    }

    /** Stores the settings of a group whose servers run. */
    public static void write(Path data, GroupSettings settings) {
        Path file = settingsFile(data, settings.group());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(fresh, settings.toYaml());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing the settings of group " + settings.group() + " failed: " + e, e);
        }
    }

    /** The file with the settings of a group, which exists once its servers have started. */
    static Path settingsFile(Path data, String group) {
        return data.resolve(GROUPS).resolve(group + YAML);
    }

    public Path path() {
        return data;
    }

    /** The groups whose settings are known, in alphabetical order; empty if an older version filled the folder. */
    public List<String> groups() {
        Path folder = data.resolve(GROUPS);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(YAML))
                    .map(name -> name.substring(0, name.length() - YAML.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Listing " + folder + " failed: " + e, e);
        }
    }

    /**
     * The settings of a group, with addresses at which the needed servers respond until this is closed. Other addresses
     * are those of the last start. Starting Kafka takes about 3 s, any other server 1 s.
     *
     * @return empty if the settings are unknown
     * @throws IllegalStateException if a server cannot start
     */
    public Optional<GroupSettings> settings(String group, Set<Server> needed) {
        Path file = settingsFile(data, group);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        GroupSettings written = GroupSettings.read(file);
        start(needed, written);
        return Optional.of(withAddresses(written));
    }

    /** The URL of the stack's PostgreSQL, which is started if it does not run. */
    public String jdbcUrl() {
        if (jdbcUrl == null) {
            startPostgres();
        }
        return jdbcUrl;
    }

    private void start(Set<Server> needed, GroupSettings written) {
        // One thread initializes SLF4J; otherwise it warns about lost messages.
        LoggerFactory.getILoggerFactory();
        List<Callable<Void>> starts = new ArrayList<>();
        if (jdbcUrl == null && (needed.contains(Server.POSTGRES) || needed.contains(Server.REGISTRY))) {
            starts.add(task(this::startPostgres));
        }
        if (zookeeper == null && needed.contains(Server.ZOOKEEPER)) {
            starts.add(task(this::startZooKeeper));
        }
        if (centralKafka == null && needed.contains(Server.CENTRAL_KAFKA)) {
            starts.add(task(() -> centralKafka = startKafka("kafka-central")));
        }
        if (needed.contains(Server.FRONT_KAFKAS)) {
            written.fronts().keySet().stream()
                    .filter(dc -> !frontKafkas.containsKey(dc))
                    .forEach(dc -> starts.add(task(() -> frontKafkas.put(dc, startKafka("kafka-" + dc)))));
        }
        ParallelTasks.run("starting", starts);
        if (registry == null && needed.contains(Server.REGISTRY)) {
            startRegistry(written.registry().urls().get(0));
        }
    }

    private static Callable<Void> task(Runnable start) {
        return () -> {
            start.run();
            return null;
        };
    }

    private void startPostgres() {
        Path folder = data.resolve("postgres");
        Optional<String> running = EmbeddedPostgresServer.jdbcUrlOfRunning(folder);
        stackRuns = running.isPresent();
        jdbcUrl = running.orElseGet(() -> {
            EmbeddedPostgresServer server = new EmbeddedPostgresServer(
                    EmbeddedPostgresSettings.in(folder).with(AtJvmExit.LEAVE_TO_CALLER));
            closeAtEnd(server);
            server.start();
            return server.jdbcUrl();
        });
    }

    private void startZooKeeper() {
        Path folder = data.resolve("zookeeper");
        zookeeper = EmbeddedZooKeeper.connectStringOfRunning(folder).orElseGet(() -> {
            EmbeddedZooKeeper server = new EmbeddedZooKeeper(folder);
            closeAtEnd(server);
            server.start();
            return server.connectString();
        });
    }

    private String startKafka(String name) {
        Path folder = data.resolve(name);
        return EmbeddedKafka.bootstrapServersOfRunning(folder).orElseGet(() -> {
            EmbeddedKafka server = new EmbeddedKafka(folder);
            closeAtEnd(server);
            server.start();
            return server.bootstrapServers();
        });
    }

    /** A registry keeps nothing but what is in PostgreSQL, so a second one is as good. */
    private void startRegistry(URI ofStack) {
        if (stackRuns && isRegistry(ofStack)) {
            registry = ofStack;
            return;
        }
        LocalRegistry server = new LocalRegistry(jdbcUrl());
        closeAtEnd(server);
        server.start();
        registry = server.url();
    }

    private static boolean isRegistry(URI url) {
        HttpRequest request = HttpRequest.newBuilder(url.resolve("/subjects"))
                .timeout(PROBE_TIMEOUT)
                .build();
        try {
            return HttpClient.newBuilder()
                            .connectTimeout(PROBE_TIMEOUT)
                            .build()
                            .send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false; // the stack does not run, or another program listens there
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while looking for the registry at " + url, e);
        }
    }

    private GroupSettings withAddresses(GroupSettings written) {
        Map<String, FrontSection> fronts = new LinkedHashMap<>(written.fronts());
        fronts.replaceAll((dc, front) ->
                frontKafkas.containsKey(dc) ? new FrontSection(frontKafkas.get(dc), front.properties()) : front);
        return new GroupSettings(
                written.group(),
                written.dataCenters(),
                written.shards(),
                centralKafka == null
                        ? written.kafka()
                        : new KafkaSection(centralKafka, written.kafka().properties()),
                fronts,
                registry == null ? written.registry() : new RegistrySection(List.of(registry)),
                jdbcUrl == null
                        ? written.postgres()
                        : new PostgresSection(jdbcUrl, EmbeddedPostgresServer.USER, null, null),
                zookeeper == null
                        ? written.zookeeper()
                        : new ZooKeeperSection(zookeeper, written.zookeeper().root(), null, null, null),
                written.store(),
                written.join(),
                written.pace(),
                written.dataflow(),
                written.statistics(),
                written.copies(),
                written.traffic(),
                written.enrichment(),
                written.archive(),
                written.metrics());
    }

    /** Registered before its start, so that a JVM that exits meanwhile stops it. */
    private void closeAtEnd(AutoCloseable server) {
        synchronized (started) {
            if (closingAtExit == null) {
                closingAtExit = new Thread(this::closeStarted, "lightflow-stop");
                Runtime.getRuntime().addShutdownHook(closingAtExit);
            }
            started.push(server);
        }
    }

    /** Stops the servers that this has started. */
    @Override
    public void close() {
        synchronized (started) {
            if (closingAtExit != null) {
                try {
                    Runtime.getRuntime().removeShutdownHook(closingAtExit);
                } catch (IllegalStateException e) {
                    // The JVM exits and the hook runs; it will find everything closed.
                }
                closingAtExit = null;
            }
        }
        closeStarted();
    }

    private void closeStarted() {
        RuntimeException failure = null;
        synchronized (started) {
            while (!started.isEmpty()) {
                try {
                    started.pop().close();
                } catch (Exception e) {
                    if (failure == null) {
                        failure = new IllegalStateException("Stopping a server in " + data + " failed: " + e, e);
                    } else {
                        failure.addSuppressed(e);
                    }
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
