package io.lightflow.capture.http;

import io.lightflow.service.http.ServerTlsSettings;
import io.lightflow.time.Durations;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Address and limits of a {@link Listener}.
 *
 * @param bind the address to listen on
 * @param port the port to listen on; 0 selects a free one
 * @param maxConnections open connections; further ones are closed at once
 * @param maxRequestBytes the maximum size of a request body
 * @param idleTimeout how long a connection may wait for the next request, and a request for its last byte
 * @param tls empty for plain HTTP
 */
public record ListenerSettings(
        String bind,
        int port,
        int maxConnections,
        int maxRequestBytes,
        Duration idleTimeout,
        Optional<ServerTlsSettings> tls) {
    public ListenerSettings {
        Objects.requireNonNull(bind, "bind");
        Objects.requireNonNull(tls, "tls");
        requireRange("port", port, 0, 65_535);
        requireRange("maxConnections", maxConnections, 1, 1_000_000);
        requireRange("maxRequestBytes", maxRequestBytes, 1024, 16 << 20);
        if (idleTimeout.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "idleTimeout must be at least 1s, but is " + Durations.format(idleTimeout));
        }
    }

    private static void requireRange(String key, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(key + " must be " + min + " to " + max + ", but is " + value);
        }
    }
}
