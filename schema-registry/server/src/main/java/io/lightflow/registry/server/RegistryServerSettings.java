package io.lightflow.registry.server;

import io.lightflow.registry.server.access.RegistryAccount;
import io.lightflow.service.access.Accounts;
import io.lightflow.service.http.HttpSettings;
import io.lightflow.service.http.ServerTlsSettings;
import io.lightflow.service.settings.Secret;
import io.lightflow.time.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The settings of a {@link SchemaRegistryServer}: address, database and accounts.
 *
 * @param http address and limits of the HTTP server; {@code access} may be unrestricted only on a loopback address
 * @param jdbcUrl a PostgreSQL database. All tables are in its schema {@code registry}, so other uses may share the
 *     database
 * @param user the database user, who needs the privilege to create that schema at the first start
 * @param password the user's password; null if the database requires none
 * @param poolSize the maximum number of database connections
 * @param databaseTimeout how long the start and each request wait for a database connection
 * @param access the accounts and their roles
 */
public record RegistryServerSettings(
        HttpSettings http,
        String jdbcUrl,
        String user,
        Secret password,
        int poolSize,
        Duration databaseTimeout,
        Accounts<RegistryAccount> access) {
    static final int DEFAULT_PORT = 8081;
    static final int DEFAULT_POOL_SIZE = 8;
    static final Duration DEFAULT_DATABASE_TIMEOUT = Duration.ofSeconds(5);
    static final int DEFAULT_MAX_REQUEST_BYTES = 1 << 20;

    public RegistryServerSettings {
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(access, "access");
        http.requireAccounts(access, "change schemas");
        if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("The registry's JDBC URL must begin with jdbc:postgresql:");
        }
        if (poolSize < 1) {
            throw new IllegalArgumentException("poolSize must be at least 1, but is " + poolSize);
        }
        if (databaseTimeout.compareTo(Duration.ofMillis(250)) < 0) {
            throw new IllegalArgumentException(
                    "databaseTimeout must be at least 250ms, but is " + Durations.format(databaseTimeout));
        }
    }

    /**
     * The defaults: 127.0.0.1 without TLS, unrestricted access, 8 connections, a timeout of 5 s, and requests of at
     * most 1 MiB.
     */
    public static RegistryServerSettings of(int port, String jdbcUrl, String user, String password) {
        return new RegistryServerSettings(
                new HttpSettings(HttpSettings.DEFAULT_BIND, port, DEFAULT_MAX_REQUEST_BYTES, Optional.empty()),
                jdbcUrl,
                user,
                password == null ? null : Secret.of(password),
                DEFAULT_POOL_SIZE,
                DEFAULT_DATABASE_TIMEOUT,
                new Accounts<>(List.of()));
    }

    public RegistryServerSettings withHttp(HttpSettings newHttp) {
        return new RegistryServerSettings(newHttp, jdbcUrl, user, password, poolSize, databaseTimeout, access);
    }

    public RegistryServerSettings withTls(ServerTlsSettings newTls) {
        return withHttp(http.withTls(newTls));
    }

    public RegistryServerSettings withDatabaseTimeout(Duration timeout) {
        return new RegistryServerSettings(http, jdbcUrl, user, password, poolSize, timeout, access);
    }

    public RegistryServerSettings withAccess(Accounts<RegistryAccount> newAccess) {
        return new RegistryServerSettings(http, jdbcUrl, user, password, poolSize, databaseTimeout, newAccess);
    }

    /** Omits the password and the URL's parameters, which may contain one. */
    @Override
    public String toString() {
        return "RegistryServerSettings[http=" + http + ", database=" + database() + ", user=" + user + ", access="
                + access + "]";
    }

    /** The JDBC URL without parameters, for messages. */
    String database() {
        int parameters = jdbcUrl.indexOf('?');
        return parameters < 0 ? jdbcUrl : jdbcUrl.substring(0, parameters);
    }
}
