package io.lightflow.topology.monitor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** Looks whether something listens on a port. */
record TcpConnection(String name, String host, int port) implements Source.Connection<Boolean> {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final int MAX_PORT = 65_535;

    TcpConnection {
        if (name.isEmpty() || host.isEmpty() || port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("expected NAME=HOST:PORT, found " + name + "=" + host + ":" + port);
        }
    }

    /** @throws IllegalArgumentException if the string is not {@code NAME=HOST:PORT} */
    static TcpConnection parse(String process) {
        int equals = process.indexOf('=');
        int colon = process.lastIndexOf(':');
        try {
            return new TcpConnection(
                    process.substring(0, equals),
                    process.substring(equals + 1, colon),
                    Integer.parseInt(process.substring(colon + 1)));
        } catch (StringIndexOutOfBoundsException | NumberFormatException e) {
            throw new IllegalArgumentException("expected NAME=HOST:PORT, found " + process, e);
        }
    }

    @Override
    public Boolean look() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) CONNECT_TIMEOUT.toMillis());
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("nothing answers at " + host + ":" + port + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        // Each look closes its socket.
    }
}
