package io.lightflow.deploy.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A node of Aerospike as a process, which is a cluster by itself. Its program is in no registry of packages, so the
 * operator names it; data and configuration are in the process's folder.
 *
 * @param asd the executable
 * @param directory the process's folder
 */
record AerospikeNode(Path asd, Path directory, Ports ports) {
    static final String NAME = "aerospike";
    private static final String HEARTBEAT = NAME + "-heartbeat";
    private static final String FABRIC = NAME + "-fabric";
    private static final String ADMIN = NAME + "-admin";
    private static final String NAMESPACE = "lightflow";

    /** The uses of its ports. */
    static final List<String> PORTS = List.of(NAME, HEARTBEAT, FABRIC, ADMIN);

    /** @throws ProcessFailedException if there is none */
    static void requireExecutable(Path asd) {
        if (!Files.isExecutable(asd)) {
            throw new ProcessFailedException("There is no Aerospike server to be run at " + asd
                    + "; name the executable asd of a server of version 8 with --asd");
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
        return new ClusterProcess(spec, Probes.aerospike(ports.of(NAME), NAMESPACE), this::prepare);
    }

    private Path configuration() {
        return directory.resolve("conf/aerospike.conf");
    }

    private void prepare() {
        requireExecutable(asd);
        Path data = directory.resolve("data");
        try {
            // It makes its files, and not the folders that they are in.
            Files.createDirectories(data.resolve("lua"));
            Files.createDirectories(data.resolve("smd"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make the folders of Aerospike in " + data, e);
        }
        Resources.render(
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
