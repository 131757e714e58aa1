package io.lightflow.service.http;

import java.util.Objects;
import java.util.Optional;

/**
 * The address and limits of an {@link HttpServer}.
 *
 * @param bind the address to listen on; {@code 127.0.0.1} is reachable only from this machine
 * @param port the port to listen on; 0 selects a free one
 * @param maxRequestBytes the maximum size of a request body
 * @param tls empty for plain HTTP
 */
public record HttpSettings(String bind, int port, int maxRequestBytes, Optional<ServerTlsSettings> tls) {
    public static final String DEFAULT_BIND = "127.0.0.1";

    public HttpSettings {
        Objects.requireNonNull(bind, "bind");
        Objects.requireNonNull(tls, "tls");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, but is " + port);
        }
        if (maxRequestBytes < 1024) {
            throw new IllegalArgumentException("maxRequestBytes must be at least 1024, but is " + maxRequestBytes);
        }
    }

    public HttpSettings withBind(String address) {
        return new HttpSettings(address, port, maxRequestBytes, tls);
    }

    public HttpSettings withPort(int newPort) {
        return new HttpSettings(bind, newPort, maxRequestBytes, tls);
    }

    public HttpSettings withTls(ServerTlsSettings newTls) {
        return new HttpSettings(bind, port, maxRequestBytes, Optional.of(newTls));
    }
}
