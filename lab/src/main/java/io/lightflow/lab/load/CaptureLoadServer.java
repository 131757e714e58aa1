package io.lightflow.lab.load;

import io.lightflow.capture.CaptureServer;
import io.lightflow.capture.CaptureSettingsFile;
import io.lightflow.deploy.local.ForkedProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A capture server, or the servlet that it is compared with, in a separate process. */
final class CaptureLoadServer implements AutoCloseable {
    /** What is measured. */
    enum Kind {
        CAPTURE,
        SERVLET
    }

    static final int PARTITIONS = 4;

    /** The JVM options that {@code bin/lightflow} gives to capture. */
    static final String JAVA_OPTIONS = "-Xmx512m -Xss512k -XX:+UseParallelGC";

    private final ForkedProcess process;
    private URI url;

    /**
     * @param folder for the spool and the settings
     * @param javaOptions of its JVM
     */
    CaptureLoadServer(Kind kind, Path folder, String bootstrapServers, List<String> javaOptions) {
        this.process = new ForkedProcess(
                CaptureLoadServer.class, javaOptions, kind.name(), folder.toString(), bootstrapServers);
    }

    /** Returns when the server listens. */
    void start() {
        url = URI.create(process.start());
    }

    URI url() {
        return url;
    }

    /** CPU time of the server since its start; empty if the operating system does not report it. */
    Optional<Duration> cpu() {
        return process.cpu();
    }

    @Override
    public void close() {
        process.close();
    }

    /** The main method of the process. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        String bootstrapServers = arguments[2];
        switch (Kind.valueOf(arguments[0])) {
            case CAPTURE -> {
                try (CaptureServer server = CaptureServer.start(CaptureSettingsFile.read(
                        settings(folder, bootstrapServers), Map.of("LINK_KEY", CaptureLoadRequests.SECRET)))) {
                    ForkedProcess.serveAt(server.url().toString());
                }
            }
            case SERVLET -> {
                try (KafkaServlet servlet = new KafkaServlet(bootstrapServers)) {
                    ForkedProcess.serveAt(servlet.start().toString());
                }
            }
        }
        System.exit(0);
    }

    private static Path settings(Path folder, String bootstrapServers) throws IOException {
        return Files.writeString(
                folder.resolve("capture.yaml"), """
                dc: load
                bind: 127.0.0.1
                port: 0
                admin: {port: 0}
                kafka: {bootstrapServers: "%s", partitions: %d}
                spool: {directory: "%s"}
                links: {signWith: load, keys: [{id: load, secretVariable: LINK_KEY}]}
                consent: {default: {tcf: IF_PRESENT}}
                """.formatted(bootstrapServers, PARTITIONS, folder.resolve("spool")));
    }
}
