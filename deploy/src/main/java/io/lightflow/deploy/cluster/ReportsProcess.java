package io.lightflow.deploy.cluster;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A reports server as a process of its own, launched as its users do, by {@code reports/reports serve --settings FILE} and with
 * the memory that this gives it. Whoever starts it closes it: it would outlive this JVM.
 */
public final class ReportsProcess implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final int port;
    private final ClusterProcess process;

    /**
     * @param directory absolute; gets its settings file and its logs
     * @param settings the settings file without {@code port}, which is chosen here; it listens on 127.0.0.1
     * @param secrets the environment variables that the settings name
     * @param readiness asked besides the server's own {@code /health/ready}
     */
    public ReportsProcess(Path directory, String settings, Map<String, String> secrets, Readiness readiness) {
        port = Ports.in(directory.resolve("ports.json")).of("reports");
        Path file = directory.resolve("conf/reports.yaml");
        Map<String, String> environment = JavaLaunch.environment();
        environment.putAll(secrets);
        ProcessSpec spec = ProcessSpec.of(
                "reports",
                List.of(Build.ofThisClass().reportsCommand().toString(), "serve", "--settings", file.toString()),
                environment,
                directory,
                file.toString());
        Readiness answers = Probes.http(url().resolve("/health/ready"));
        process = new ClusterProcess(
                spec,
                () -> {
                    answers.check();
                    readiness.check();
                },
                () -> Resources.write(file, "port: " + port + "\n" + settings));
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Returns when the operating system runs it. */
    public void start() {
        process.start();
    }

    /** @throws ProcessFailedException when it ends before it is ready, or is not in time; with the end of its output */
    public void awaitReady() {
        process.awaitReady(READY_WITHIN);
    }

    /** Time on all cores since its start; empty where the operating system does not tell. */
    public Optional<Duration> cpu() {
        return process.pid().stream()
                .boxed()
                .findFirst()
                .flatMap(ProcessHandle::of)
                .flatMap(handle -> handle.info().totalCpuDuration());
    }

    /** Ends it and waits for that; does nothing when it does not run. */
    @Override
    public void close() {
        process.stop();
    }
}
