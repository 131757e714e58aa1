package io.lightflow.deploy.embedded;

import io.lightflow.deploy.embedded.KafkaSettings.Listeners;
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
 * One Kafka broker that is also its own KRaft controller, on loopback, durable in its directory: started again it has
 * the same topics (with their ids), records, group offsets, transactions and ports.
 *
 * <p>Nothing starts before {@link #start()}. All methods may be called from any thread; start and close are one at a
 * time.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final KafkaSettings settings;
    private ServerDirectory directory;
    private KafkaRaftServer server;
    private Admin admin;
    private int port;

    /** A broker in that directory, on the port that it had before, or on a free one. */
    public EmbeddedKafka(Path directory) {
        this(KafkaSettings.in(directory));
    }

    public EmbeddedKafka(KafkaSettings settings) {
        this.settings = settings;
    }

    /**
     * Formats the directory when it is new, and starts; returns when the broker answers. Takes about 3 s.
     *
     * @throws IllegalStateException when it runs already, or its directory or port is taken
     */
    public synchronized void start() {
        if (directory != null) {
            throw new IllegalStateException("Cannot start Kafka in " + settings.directory() + ": it runs already.");
        }
        directory = ServerDirectory.open("Kafka", settings.directory());
        try {
            port = directory.port("broker", settings.port());
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
                    .setNodeId(KafkaSettings.NODE_ID)
                    .setControllerListenerName(KafkaSettings.CONTROLLER)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setDirectories(List.of(data.toString()))
                    .setMetadataLogDirectory(data.toString())
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException(
                    "Cannot format " + data + " for Kafka: " + output.toString(StandardCharsets.UTF_8), e);
        }
    }

    private void awaitBroker() {
        await("wait for the broker to answer", admin().describeCluster().nodes());
    }

    /** Host and port, as in {@code bootstrap.servers}. */
    public synchronized String bootstrapServers() {
        requireRunning();
        return "127.0.0.1:" + port;
    }

    public synchronized int port() {
        requireRunning();
        return port;
    }

    /** The server's own admin client; it is closed with the server, not by the caller. */
    public synchronized Admin admin() {
        requireRunning();
        if (admin == null) {
            admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + port, "client.id", "embedded-kafka"));
        }
        return admin;
    }

    /**
     * Makes the topic where it is absent.
     *
     * @throws IllegalStateException when it exists with another number of partitions
     */
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        createTopics(List.of(
                new NewTopic(name, Optional.of(partitions), Optional.<Short>empty()).configs(new HashMap<>(configs))));
    }

    /**
     * Makes those of the topics that are absent. A topic that exists is left as it is, settings included.
     *
     * @throws IllegalStateException when one exists with another number of partitions
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
            throw new IllegalStateException("Cannot create the topic " + topic.name() + " with " + topic.numPartitions()
                    + " partitions: it exists with " + found + ". Use " + found + ", or another data directory.");
        }
    }

    private <T> T await(String action, KafkaFuture<T> future) {
        try {
            return future.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException exists) {
                throw exists;
            }
            throw new IllegalStateException(failed(action), e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException(failed(action) + " within " + DEADLINE.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(failed(action) + ": interrupted", e);
        }
    }

    private String failed(String action) {
        return "Kafka in " + settings.directory() + " on port " + port + " could not " + action;
    }

    private void requireRunning() {
        if (directory == null) {
            throw new IllegalStateException("Kafka in " + settings.directory() + " does not run: call start() first.");
        }
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Stops the broker; does nothing when it does not run. It can be started again. */
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
