package io.lightflow.topology.aerospike;

import static org.junit.jupiter.api.Assumptions.abort;

import io.lightflow.topology.settings.AerospikeCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.MountableFile;

/**
 * The Aerospike server that tests run against: the one that the environment variable {@code LIGHTFLOW_AEROSPIKE} names,
 * as {@code HOST:PORT} or {@code HOST:PORT/NAMESPACE}, or else one in a container. Where there is neither, and no
 * Docker engine, the tests that need one are skipped.
 */
public final class AerospikeServer {
    public static final String VARIABLE = "LIGHTFLOW_AEROSPIKE";

    private static final String DEFAULT_NAMESPACE = "lightflow";
    private static final String IMAGE = "aerospike/aerospike-server:8.1.2.0";
    private static final int PORT = 3000;
    private static final Path CONFIGURATION = Path.of("deploy/aerospike/aerospike.conf");

    private static GenericContainer<?> container;

    private AerospikeServer() {}

    /**
     * The server, with an empty set. Without a server the calling test is skipped, and says why.
     *
     * @param test whose set it is; a server keeps the name of every set that it ever had, up to some thousand
     */
    public static AerospikeCluster cluster(String test) {
        AerospikeCluster cluster = found().withSet("test-" + test);
        AerospikeJoinStore.empty(cluster);
        return cluster;
    }

    private static synchronized AerospikeCluster found() {
        String named = System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            String[] parts = named.split("/", 2);
            return AerospikeCluster.of(parts[0], parts.length == 1 ? DEFAULT_NAMESPACE : parts[1]);
        }
        if (container == null) {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                abort("no Aerospike server: " + VARIABLE
                        + "=HOST:PORT[/NAMESPACE] is not set, and no Docker engine answers");
            }
            container = started();
        }
        return AerospikeCluster.of(container.getHost() + ":" + container.getMappedPort(PORT), DEFAULT_NAMESPACE);
    }

    /** Ends with this process. */
    private static GenericContainer<?> started() {
        GenericContainer<?> server = new GenericContainer<>(IMAGE)
                .withExposedPorts(PORT)
                // Not where the image's own start would write over it.
                .withCopyFileToContainer(MountableFile.forHostPath(configuration()), "/etc/lightflow/aerospike.conf")
                .withCommand("--config-file", "/etc/lightflow/aerospike.conf")
                .waitingFor(Wait.forLogMessage(".*service ready: soon there will be cake!.*", 1))
                .withStartupTimeout(Duration.ofMinutes(2));
        server.start();
        return server;
    }

    private static Path configuration() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve(CONFIGURATION))) {
                return folder.resolve(CONFIGURATION);
            }
        }
        throw new IllegalStateException(
                "there is no " + CONFIGURATION + " above " + Path.of("").toAbsolutePath());
    }
}
