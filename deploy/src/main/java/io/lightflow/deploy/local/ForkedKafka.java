package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** A central cluster in a separate process, so that its resource usage is measured apart from the topologies'. */
public final class ForkedKafka implements CentralKafka {
    private final ForkedProcess process;
    private String bootstrapServers;

    public ForkedKafka(Path directory, int heapMb) {
        process = new ForkedProcess(
                ForkedKafka.class,
                List.of("-Xmx" + heapMb + "m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                directory.toString());
    }

    @Override
    public void start() {
        bootstrapServers = process.start();
    }

    @Override
    public String bootstrapServers() {
        return bootstrapServers;
    }

    public long processId() {
        return process.id();
    }

    @Override
    public void createTopics(Collection<NewTopic> topics) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            for (NewTopic topic : topics) {
                admin.createTopics(List.of(topic)).all().get();
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("Creating topics failed: " + e.getCause(), e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while creating topics", e);
        }
    }

    @Override
    public void close() {
        process.close();
    }

    /** The main method of the process. */
    public static void main(String[] arguments) throws IOException {
        try (EmbeddedKafka kafka = new EmbeddedKafka(Path.of(arguments[0]))) {
            kafka.start();
            ForkedProcess.serveAt(kafka.bootstrapServers());
        }
        System.exit(0);
    }
}
