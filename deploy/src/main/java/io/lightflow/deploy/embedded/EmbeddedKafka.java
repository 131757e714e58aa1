package io.lightflow.deploy.embedded;

import io.lightflow.deploy.embedded.EmbeddedKafkaSettings.Listeners;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One Kafka broker and KRaft controller on loopback, durable in its directory: a restart keeps topics and their ids,
 * records, group offsets, transactions and ports.
 *
 * <p>Nothing starts before {@link #start()}. Thread-safe; start and close exclude each other.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private static final String LISTENER = "broker";
    private static final String HOST = "127.0.0.1:";
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);

    private final EmbeddedKafkaSettings settings;
    private ServerDirectory directory;
    private KafkaRaftServer server;
    private Admin admin;
    private int port;

    /** A broker in the directory, on its previous port or a free one. */
    public EmbeddedKafka(Path directory) {
        this(EmbeddedKafkaSettings.in(directory));
    }

    public EmbeddedKafka(EmbeddedKafkaSettings settings) {
        this.settings = settings;
    }

    /** Host and port of a broker in this directory that another process runs; empty if none does. */
    public static Optional<String> bootstrapServersOfRunning(Path directory) {
        return ServerDirectory.portInUse(directory, LISTENER).map(port -> HOST + port);
    }

    /**
     * Formats a new directory and starts the broker. Returns when the broker responds, after about 3 s.
     *
     * @throws IllegalStateException if it already runs, or its directory or port is in use
     */
    public synchronized void start() {
        if (directory != null) {
            throw new IllegalStateException("Starting Kafka in " + settings.directory() + " failed: it already runs.");
        }
        directory = ServerDirectory.open("Kafka", settings.directory());
        try {
            port = directory.port(LISTENER, settings.port());
            Path data = directory.resolve("data");
            format(data);
            server = new KafkaRaftServer(
                    new KafkaConfig(settings.render(data, new Listeners(port, directory.port("controller", 0))), false),
                    Time.SYSTEM);
            server.startup();
            awaitBroker();
        } catch (RuntimeException | Error e) {
            closeAfter(e);
            throw e;
        }
    }

    private static void format(Path data) {
        if (Files.exists(data.resolve("meta.properties"))) {
            return;
        }
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        try {
            new Formatter()
                    .setPrintStream(new PrintStream(output, true, StandardCharsets.UTF_8))
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(EmbeddedKafkaSettings.NODE_ID)
                    .setControllerListenerName(EmbeddedKafkaSettings.CONTROLLER)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setDirectories(List.of(data.toString()))
                    .setMetadataLogDirectory(data.toString())
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException(
                    "Formatting " + data + " for Kafka failed: " + output.toString(StandardCharsets.UTF_8), e);
        }
    }

    private void awaitBroker() {
        await("wait for the broker to respond", admin().describeCluster().nodes());
    }

    /** Host and port, as in {@code bootstrap.servers}. */
    public synchronized String bootstrapServers() {
        requireRunning();
        return HOST + port;
    }

    public synchronized int port() {
        requireRunning();
        return port;
    }

    /** The server's admin client, which closes with the server; callers must not close it. */
    public synchronized Admin admin() {
        requireRunning();
        if (admin == null) {
            admin = Admin.create(Map.of("bootstrap.servers", HOST + port, "client.id", "embedded-kafka"));
        }
        return admin;
    }

    /**
     * Creates the topic unless it exists.
     *
     * @throws IllegalStateException if it exists with another partition count
     */
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        createTopics(List.of(
                new NewTopic(name, Optional.of(partitions), Optional.<Short>empty()).configs(new HashMap<>(configs))));
    }

    /**
     * Creates the missing topics. An existing topic stays unchanged, including its settings.
     *
     * @throws IllegalStateException if one exists with another partition count
     */
    public void createTopics(Collection<NewTopic> topics) {
        Map<String, KafkaFuture<Void>> created = admin().createTopics(topics).values();
        for (NewTopic topic : topics) {
            try {
                await("create the topic " + topic.name(), created.get(topic.name()));
            } catch (TopicExistsException e) {
                requireSamePartitions(topic);
            }
        }
    }

    private void requireSamePartitions(NewTopic topic) {
        TopicDescription existing = await(
                        "describe the topic " + topic.name(),
                        admin().describeTopics(List.of(topic.name())).allTopicNames())
                .get(topic.name());
        int found = existing.partitions().size();
        if (topic.numPartitions() > 0 && topic.numPartitions() != found) {
            throw new IllegalStateException("Expected the topic " + topic.name() + " with " + topic.numPartitions()
                    + " partitions, found " + found + ". Use " + found + ", or another data directory.");
        }
    }

    private <T> T await(String action, KafkaFuture<T> future) {
        try {
            return future.get(REQUEST_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException exists) {
                throw exists;
            }
            throw new IllegalStateException(failed(action), e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException(failed(action) + " within " + REQUEST_TIMEOUT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(failed(action) + ": interrupted", e);
        }
    }

    private String failed(String action) {
        return "Kafka in " + settings.directory() + " on port " + port + " failed to " + action;
    }

    private void requireRunning() {
        if (directory == null) {
            throw new IllegalStateException(
                    "Kafka in " + settings.directory() + " is not running: call start() first.");
        }
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Stops the broker if it runs. It can be restarted. */
    @Override
    public synchronized void close() {
        if (directory == null) {
            return;
        }
        try {
            if (admin != null) {
                admin.close(Duration.ZERO);
            }
            if (server != null) {
                server.shutdown();
                server.awaitShutdown();
            }
        } finally {
            admin = null;
            server = null;
            directory.close();
            directory = null;
        }
    }
}
