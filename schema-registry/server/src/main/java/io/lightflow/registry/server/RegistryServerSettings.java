package io.lightflow.registry.server;

import io.lightflow.registry.server.access.Access;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a {@link SchemaRegistryServer} listens and keeps its schemas, and whom it serves.
 *
 * @param bind the address to listen on; {@code 127.0.0.1} is reachable from this machine only
 * @param port the port to listen on; 0 takes a free one
 * @param jdbcUrl a PostgreSQL database. All tables are in its schema {@code registry}, so that it may be shared
 * @param user the database user; needs the right to create that schema at the first start
 * @param password its password; null if the database asks for none
 * @param poolSize the greatest number of database connections
 * @param databaseTimeout how long to wait for a database connection, at the start and for each request
 * @param maxRequestBytes the longest body of a request that is read
 * @param tls empty to speak plain HTTP
 * @param access who may do what
 */
public record RegistryServerSettings(
        String bind,
        int port,
        String jdbcUrl,
        String user,
        String password,
        int poolSize,
        Duration databaseTimeout,
        int maxRequestBytes,
        Optional<TlsSettings> tls,
        Access access) {
    static final String DEFAULT_BIND = "127.0.0.1";
    static final int DEFAULT_PORT = 8081;
    static final int DEFAULT_POOL_SIZE = 8;
    static final Duration DEFAULT_DATABASE_TIMEOUT = Duration.ofSeconds(5);
    static final int DEFAULT_MAX_REQUEST_BYTES = 1 << 20;

    public RegistryServerSettings {
        Objects.requireNonNull(bind, "bind");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(tls, "tls");
        Objects.requireNonNull(access, "access");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("The port must be between 0 and 65535, was " + port);
        }
        if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException(
                    "The registry's JDBC URL must begin with jdbc:postgresql:, and does not");
        }
        if (poolSize < 1) {
            throw new IllegalArgumentException("The pool needs at least 1 connection, was given " + poolSize);
        }
        if (databaseTimeout.compareTo(Duration.ofMillis(250)) < 0) {
            throw new IllegalArgumentException("databaseTimeout must be at least 250 ms, was " + databaseTimeout);
        }
        if (maxRequestBytes < 1024) {
            throw new IllegalArgumentException("maxRequestBytes must be at least 1024, was " + maxRequestBytes);
        }
    }

    /** On 127.0.0.1 without TLS, for everybody, with 8 connections, 5 s of patience and requests of 1 MiB at most. */
    public static RegistryServerSettings of(int port, String jdbcUrl, String user, String password) {
        return new RegistryServerSettings(
                DEFAULT_BIND,
                port,
                jdbcUrl,
                user,
                password,
                DEFAULT_POOL_SIZE,
                DEFAULT_DATABASE_TIMEOUT,
                DEFAULT_MAX_REQUEST_BYTES,
                Optional.empty(),
                Access.UNRESTRICTED);
    }

    public RegistryServerSettings withBind(String address) {
        return new RegistryServerSettings(
                address, port, jdbcUrl, user, password, poolSize, databaseTimeout, maxRequestBytes, tls, access);
    }

    public RegistryServerSettings withPort(int newPort) {
        return new RegistryServerSettings(
                bind, newPort, jdbcUrl, user, password, poolSize, databaseTimeout, maxRequestBytes, tls, access);
    }

    public RegistryServerSettings withDatabaseTimeout(Duration timeout) {
        return new RegistryServerSettings(
                bind, port, jdbcUrl, user, password, poolSize, timeout, maxRequestBytes, tls, access);
    }

    public RegistryServerSettings withTls(TlsSettings newTls) {
        return new RegistryServerSettings(
                bind,
                port,
                jdbcUrl,
                user,
                password,
                poolSize,
                databaseTimeout,
                maxRequestBytes,
                Optional.of(newTls),
                access);
    }

    public RegistryServerSettings withAccess(Access newAccess) {
        return new RegistryServerSettings(
                bind, port, jdbcUrl, user, password, poolSize, databaseTimeout, maxRequestBytes, tls, newAccess);
    }

    /** Leaves out the password, and the URL's parameters, which may hold one. */
    @Override
    public String toString() {
        return "RegistryServerSettings[bind=" + bind + ", port=" + port + ", database=" + database() + ", user=" + user
                + ", tls=" + tls + ", access=" + access + "]";
    }

    /** The JDBC URL without its parameters, for messages. */
    String database() {
        int parameters = jdbcUrl.indexOf('?');
        return parameters < 0 ? jdbcUrl : jdbcUrl.substring(0, parameters);
    }
}
