package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedKafka;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * A central cluster in a process of its own, so that what it takes can be told from what the topologies take. The
 * process ends with this one: it reads its standard input, and stops at the end of it.
 */
final class ForkedKafka implements CentralKafka {
    private final Path directory;
    private final int heapMb;
    private Process process;
    private String bootstrapServers;

    ForkedKafka(Path directory, int heapMb) {
        this.directory = directory;
        this.heapMb = heapMb;
    }

    @Override
    public void start() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(
                java,
                "-Xmx" + heapMb + "m",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                ForkedKafka.class.getName(),
                directory.toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        try {
            process = builder.start();
            BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            bootstrapServers = output.readLine();
        } catch (IOException e) {
            throw new UncheckedIOException("the broker's process does not start: " + e, e);
        }
        if (bootstrapServers == null) {
            throw new IllegalStateException("the broker's process ended before it was up");
        }
    }

    @Override
    public String bootstrapServers() {
        return bootstrapServers;
    }

    long processId() {
        return process.pid();
    }

    @Override
    public void createTopics(Collection<NewTopic> topics) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            for (NewTopic topic : topics) {
                admin.createTopics(List.of(topic)).all().get();
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("topics cannot be made: " + e.getCause(), e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while making topics", e);
        }
    }

    @Override
    public void close() {
        if (process == null) {
            return;
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
            throw new UncheckedIOException("the broker's process did not hear that it is to stop", e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** What the process runs: a broker until the end of standard input. */
    public static void main(String[] arguments) throws IOException {
        int endOfInput;
        try (EmbeddedKafka kafka = new EmbeddedKafka(Path.of(arguments[0]))) {
            kafka.start();
            System.out.println(kafka.bootstrapServers());
            do {
                endOfInput = System.in.read();
            } while (endOfInput != -1);
        }
        System.exit(0);
    }
}
