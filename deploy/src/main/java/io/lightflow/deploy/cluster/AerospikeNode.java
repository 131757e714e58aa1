package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A single-node Aerospike cluster as a process. No package registry has its program, so the operator names it. Data and
 * configuration are in the process's directory.
 *
 * @param asd the executable
 * @param directory the process's directory
 */
record AerospikeNode(Path asd, Path directory, Ports ports) {
    static final String NAME = "aerospike";
    private static final String HEARTBEAT = NAME + "-heartbeat";
    private static final String FABRIC = NAME + "-fabric";
    private static final String ADMIN = NAME + "-admin";
    private static final String NAMESPACE = "lightflow";

    /** The names of its ports. */
    static final List<String> PORTS = List.of(NAME, HEARTBEAT, FABRIC, ADMIN);

    /** @throws ProcessFailedException if the executable does not exist */
    static void requireExecutable(Path asd) {
        if (!Files.isExecutable(asd)) {
            throw new ProcessFailedException("Expected an Aerospike server at " + asd
                    + ", found none; name the executable asd of version 8 with --asd");
        }
    }

    ClusterProcess process() {
        List<String> command =
                List.of(asd.toString(), "--config-file", configuration().toString(), "--foreground");
        ProcessSpec spec = ProcessSpec.of(
                        NAME,
                        command,
                        JavaLaunch.environment(),
                        directory,
                        configuration().toString())
                .stoppedBy(Signal.TERM, Duration.ofSeconds(20));
        return new ClusterProcess(spec, ReadinessProbes.aerospike(ports.of(NAME), NAMESPACE), this::prepare);
    }

    private Path configuration() {
        return directory.resolve("conf/aerospike.conf");
    }

    private void prepare() {
        requireExecutable(asd);
        Path data = directory.resolve("data");
        try {
            // The server creates its files, but not their directories.
            Files.createDirectories(data.resolve("lua"));
            Files.createDirectories(data.resolve("smd"));
        } catch (IOException e) {
            throw new UncheckedIOException("Creating the directories of Aerospike in " + data + " failed", e);
        }
        ResourceFiles.render(
                "aerospike.conf",
                Map.of(
                        "namespace",
                        NAMESPACE,
                        "data",
                        data,
                        "logs",
                        directory.resolve("logs"),
                        "port",
                        ports.of(NAME),
                        "heartbeat",
                        ports.of(HEARTBEAT),
                        "fabric",
                        ports.of(FABRIC),
                        "admin",
                        ports.of(ADMIN)),
                configuration());
    }
}
