package io.lightflow.service.http;

import java.util.Objects;
import java.util.Optional;

/**
 * Where and how a {@link HttpServer} listens.
 *
 * @param bind the address to listen on; {@code 127.0.0.1} is reachable from this machine only
 * @param port the port to listen on; 0 takes a free one
 * @param maxRequestBytes the longest body of a request that is read
 * @param tls empty to speak plain HTTP
 */
public record HttpSettings(String bind, int port, int maxRequestBytes, Optional<TlsSettings> tls) {
    public static final String DEFAULT_BIND = "127.0.0.1";

    public HttpSettings {
        Objects.requireNonNull(bind, "bind");
        Objects.requireNonNull(tls, "tls");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be from 0 to 65535, and is " + port);
        }
        if (maxRequestBytes < 1024) {
            throw new IllegalArgumentException("maxRequestBytes must be at least 1024, and is " + maxRequestBytes);
        }
    }

    public HttpSettings withBind(String address) {
        return new HttpSettings(address, port, maxRequestBytes, tls);
    }

    public HttpSettings withPort(int newPort) {
        return new HttpSettings(bind, newPort, maxRequestBytes, tls);
    }

    public HttpSettings withTls(TlsSettings newTls) {
        return new HttpSettings(bind, port, maxRequestBytes, Optional.of(newTls));
    }
}
