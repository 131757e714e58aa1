package io.lightflow.reports.server;

import io.lightflow.reports.http.Access;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a {@link ReportsServer} listens and reads, and whom it serves.
 *
 * @param bind the address to listen on; {@code 127.0.0.1} is reachable from this machine only
 * @param port the port to listen on; 0 takes a free one
 * @param replica where everything is read; may be the primary
 * @param primary where campaigns are changed; empty: they cannot be
 * @param statementTimeout after which a statement is stopped
 * @param maxRequestBytes the longest body of a request that is read
 * @param tls empty to speak plain HTTP
 * @param access who may do what
 */
public record ReportsSettings(
        String bind,
        int port,
        DatabaseSettings replica,
        Optional<DatabaseSettings> primary,
        Duration statementTimeout,
        int maxRequestBytes,
        Optional<TlsSettings> tls,
        Access access) {
    public static final String DEFAULT_BIND = "127.0.0.1";
    public static final int DEFAULT_PORT = 8082;
    public static final Duration DEFAULT_STATEMENT_TIMEOUT = Duration.ofSeconds(5);
    public static final int DEFAULT_MAX_REQUEST_BYTES = 64 * 1024;

    public ReportsSettings {
        Objects.requireNonNull(replica, "replica");
        Objects.requireNonNull(primary, "primary");
        Objects.requireNonNull(tls, "tls");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be from 0 to 65535, and is " + port);
        }
        if (statementTimeout.compareTo(Duration.ofMillis(100)) < 0
                || statementTimeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "statementTimeout must be from 100ms to 10m, and is " + statementTimeout);
        }
        if (maxRequestBytes < 1024) {
            throw new IllegalArgumentException("maxRequestBytes must be at least 1024, and is " + maxRequestBytes);
        }
        if (access.isUnrestricted() && !isLoopback(bind)) {
            throw new IllegalArgumentException("access must name the accounts when bind is not a loopback address, and"
                    + " bind is " + bind + ": everybody who reaches it could change budgets");
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("bind must be an address of this machine, and is " + address, e);
        }
    }

    /** On 127.0.0.1 without TLS, for everybody, reading and changing in one database. */
    public static ReportsSettings of(int port, DatabaseSettings database) {
        return new ReportsSettings(
                DEFAULT_BIND,
                port,
                database,
                Optional.of(database),
                DEFAULT_STATEMENT_TIMEOUT,
                DEFAULT_MAX_REQUEST_BYTES,
                Optional.empty(),
                Access.UNRESTRICTED);
    }

    public ReportsSettings withAccess(Access newAccess) {
        return new ReportsSettings(bind, port, replica, primary, statementTimeout, maxRequestBytes, tls, newAccess);
    }

    public ReportsSettings withTls(TlsSettings newTls) {
        return new ReportsSettings(
                bind, port, replica, primary, statementTimeout, maxRequestBytes, Optional.of(newTls), access);
    }

    public ReportsSettings withoutPrimary() {
        return new ReportsSettings(
                bind, port, replica, Optional.empty(), statementTimeout, maxRequestBytes, tls, access);
    }

    public ReportsSettings withStatementTimeout(Duration timeout) {
        return new ReportsSettings(bind, port, replica, primary, timeout, maxRequestBytes, tls, access);
    }
}
