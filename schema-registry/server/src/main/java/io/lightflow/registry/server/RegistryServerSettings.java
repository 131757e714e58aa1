package io.lightflow.registry.server;

import io.lightflow.registry.server.access.Account;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.http.HttpSettings;
import io.lightflow.service.http.TlsSettings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a {@link SchemaRegistryServer} listens and keeps its schemas, and whom it serves.
 *
 * @param http where it listens
 * @param jdbcUrl a PostgreSQL database. All tables are in its schema {@code registry}, so that it may be shared
 * @param user the database user; needs the right to create that schema at the first start
 * @param password its password; null if the database asks for none
 * @param poolSize the greatest number of database connections
 * @param databaseTimeout how long to wait for a database connection, at the start and for each request
 * @param access who may do what
 */
public record RegistryServerSettings(
        HttpSettings http,
        String jdbcUrl,
        String user,
        String password,
        int poolSize,
        Duration databaseTimeout,
        Accounts<Account> access) {
    static final int DEFAULT_PORT = 8081;
    static final int DEFAULT_POOL_SIZE = 8;
    static final Duration DEFAULT_DATABASE_TIMEOUT = Duration.ofSeconds(5);
    static final int DEFAULT_MAX_REQUEST_BYTES = 1 << 20;

    public RegistryServerSettings {
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(access, "access");
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
    }

    /** On 127.0.0.1 without TLS, for everybody, with 8 connections, 5 s of patience and requests of 1 MiB at most. */
    public static RegistryServerSettings of(int port, String jdbcUrl, String user, String password) {
        return new RegistryServerSettings(
                new HttpSettings(HttpSettings.DEFAULT_BIND, port, DEFAULT_MAX_REQUEST_BYTES, Optional.empty()),
                jdbcUrl,
                user,
                password,
                DEFAULT_POOL_SIZE,
                DEFAULT_DATABASE_TIMEOUT,
                new Accounts<>(List.of()));
    }

    public RegistryServerSettings withHttp(HttpSettings newHttp) {
        return new RegistryServerSettings(newHttp, jdbcUrl, user, password, poolSize, databaseTimeout, access);
    }

    public RegistryServerSettings withTls(TlsSettings newTls) {
        return withHttp(http.withTls(newTls));
    }

    public RegistryServerSettings withDatabaseTimeout(Duration timeout) {
        return new RegistryServerSettings(http, jdbcUrl, user, password, poolSize, timeout, access);
    }

    public RegistryServerSettings withAccess(Accounts<Account> newAccess) {
        return new RegistryServerSettings(http, jdbcUrl, user, password, poolSize, databaseTimeout, newAccess);
    }

    /** Leaves out the password, and the URL's parameters, which may hold one. */
    @Override
    public String toString() {
        return "RegistryServerSettings[http=" + http + ", database=" + database() + ", user=" + user + ", access="
                + access + "]";
    }

    /** The JDBC URL without its parameters, for messages. */
    String database() {
        int parameters = jdbcUrl.indexOf('?');
        return parameters < 0 ? jdbcUrl : jdbcUrl.substring(0, parameters);
    }
}
