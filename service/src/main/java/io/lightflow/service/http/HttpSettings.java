package io.lightflow.service.http;

import io.lightflow.service.access.Accounts;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Optional;

/**
 * The address and limits of an {@link HttpServer}.
 *
 * @param bind the address to listen on; {@code 127.0.0.1} is reachable only from this machine
 * @param port the port to listen on; 0 selects a free one
 * @param maxRequestBytes the maximum size of a request body
 * @param limits bounds of connections and requests
 * @param tls empty for plain HTTP
 */
public record HttpSettings(
        String bind, int port, int maxRequestBytes, HttpLimits limits, Optional<ServerTlsSettings> tls) {
    public static final String DEFAULT_BIND = "127.0.0.1";

    public HttpSettings {
        Objects.requireNonNull(bind, "bind");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(tls, "tls");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, but is " + port);
        }
        if (maxRequestBytes < 1024) {
            throw new IllegalArgumentException("maxRequestBytes must be at least 1024, but is " + maxRequestBytes);
        }
    }

    /** With the default limits. */
    public HttpSettings(String bind, int port, int maxRequestBytes, Optional<ServerTlsSettings> tls) {
        this(bind, port, maxRequestBytes, HttpLimits.DEFAULT, tls);
    }

    /**
     * Checks that only programs of this machine reach a server without accounts.
     *
     * @param risk what anyone else could do, to complete "anyone who reaches it could"
     * @throws IllegalArgumentException if there are no accounts, and {@code bind} is not a loopback address
     */
    public void requireAccounts(Accounts<?> access, String risk) {
        if (access.isUnrestricted() && !isLoopback()) {
            throw new IllegalArgumentException("access must name the accounts if bind is not a loopback address, but"
                    + " bind is " + bind + ": anyone who reaches it could " + risk);
        }
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("bind must be an address of this machine, but is " + bind, e);
        }
    }

    public HttpSettings withBind(String address) {
        return new HttpSettings(address, port, maxRequestBytes, limits, tls);
    }

    public HttpSettings withPort(int newPort) {
        return new HttpSettings(bind, newPort, maxRequestBytes, limits, tls);
    }

    public HttpSettings withLimits(HttpLimits newLimits) {
        return new HttpSettings(bind, port, maxRequestBytes, newLimits, tls);
    }

    public HttpSettings withTls(ServerTlsSettings newTls) {
        return new HttpSettings(bind, port, maxRequestBytes, limits, Optional.of(newTls));
    }
}
