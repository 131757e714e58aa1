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
 * The port of each use in a cluster, chosen once and remembered in {@code ports.json} of the data folder, so that a
 * process comes back where its clients look for it. The file may be edited while the cluster is down.
 *
 * <p>Ports are chosen below the range from which the operating system gives ports to outgoing connections: otherwise,
 * while a process is down, any connection on the machine could take its port.
 */
final class Ports {
    private static final int FIRST = 20_000;
    private static final int LAST = 31_999;
    private static final int ATTEMPTS = 1_000;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path file;
    private final TreeMap<String, Integer> ports;

    private Ports(Path file, Map<String, Integer> ports) {
        this.file = file;
        this.ports = new TreeMap<>(ports);
    }

    /** Reads what is remembered in the file; a missing file is an empty one. */
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
                    "Cannot read the ports from " + file + ", which should hold {\"use\": port, ...}", e);
        }
    }

    /** The port of that use; a free one is chosen, and remembered, the first time. */
    int of(String use) {
        Integer known = ports.get(use);
        if (known == null) {
            known = choose();
            fix(use, known);
        }
        return known;
    }

    /** Sets and remembers a port. */
    void fix(String use, int port) {
        validate(file, use, port);
        ports.put(use, port);
        try {
            Files.createDirectories(file.getParent());
            JSON.writeValue(file.toFile(), ports);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the ports to " + file, e);
        }
    }

    private static void validate(Path file, String use, Integer port) {
        if (port == null || port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "%s: the port of '%s' must be from 1 to 65535, not %s".formatted(file, use, port));
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

    /** Whether nothing listens there, neither on the loopback address nor on all addresses. */
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
