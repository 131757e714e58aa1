package io.lightflow.deploy.cluster;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The named ports of a cluster. They are chosen once and stored in {@code ports.json} of the data directory, so that a
 * restarted process keeps its port. The file may be edited while the cluster is down.
 *
 * <p>Ports are below the range of ephemeral ports. Otherwise any connection on the machine could take the port of a
 * stopped process. Embedded servers choose from a lower range.
 */
final class Ports {
    private static final int FIRST = 25_000;
    private static final int LAST = 31_999;
    private static final int ATTEMPTS = 1_000;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path file;
    private final TreeMap<String, Integer> ports;

    private Ports(Path file, Map<String, Integer> ports) {
        this.file = file;
        this.ports = new TreeMap<>(ports);
    }

    /** Reads the ports in the file; a missing file is empty. */
    static Ports in(Path file) {
        if (!Files.exists(file)) {
            return new Ports(file, Map.of());
        }
        try {
            Map<String, Integer> ports = JSON.readValue(file.toFile(), new TypeReference<>() {});
            ports.forEach((use, port) -> validate(file, use, port));
            return new Ports(file, ports);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Reading the ports from " + file + " failed: expected {\"name\": port, ...}", e);
        }
    }

    /** The port of that name; the first call chooses and stores a free one. */
    int of(String use) {
        Integer known = ports.get(use);
        if (known == null) {
            known = choose();
            fix(use, known);
        }
        return known;
    }

    /** Sets and stores a port. */
    void fix(String use, int port) {
        validate(file, use, port);
        ports.put(use, port);
        try {
            Files.createDirectories(file.getParent());
            JSON.writeValue(file.toFile(), ports);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing the ports to " + file + " failed", e);
        }
    }

    private static void validate(Path file, String use, Integer port) {
        if (port == null || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "%s: the port of '%s' must be 1 to 65535, but is %s".formatted(file, use, port));
        }
    }

    private int choose() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            if (!ports.containsValue(port) && isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("No free port found between %d and %d after %d attempts; name ports in %s"
                .formatted(FIRST, LAST, ATTEMPTS, file));
    }

    /** Whether nothing listens at the port, neither on the loopback address nor on all addresses. */
    static boolean isFree(int port) {
        return canListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                && canListen(new InetSocketAddress(port));
    }

    private static boolean canListen(InetSocketAddress address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
