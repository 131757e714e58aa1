package io.lightflow.registry.server;

import java.time.Duration;
import java.util.Objects;

/**
 * Where a {@link SchemaRegistryServer} listens and keeps its schemas.
 *
 * @param bind the address to listen on; {@code 127.0.0.1} is reachable from this machine only
 * @param port the port to listen on; 0 takes a free one
 * @param jdbcUrl a PostgreSQL database. All tables are in its schema {@code registry}, so that it may be shared
 * @param user the database user; needs the right to create that schema at the first start
 * @param password its password; null if the database asks for none
 * @param poolSize the greatest number of database connections
 * @param databaseTimeout how long to wait for a database connection, at the start and for each request
 */
public record RegistryServerSettings(
        String bind, int port, String jdbcUrl, String user, String password, int poolSize, Duration databaseTimeout) {

    public RegistryServerSettings {
        Objects.requireNonNull(bind, "bind");
        Objects.requireNonNull(user, "user");
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
    }

    /** On 127.0.0.1, with 8 connections and 5 s of patience. */
    public static RegistryServerSettings of(int port, String jdbcUrl, String user, String password) {
        return new RegistryServerSettings("127.0.0.1", port, jdbcUrl, user, password, 8, Duration.ofSeconds(5));
    }

    public RegistryServerSettings withBind(String address) {
        return new RegistryServerSettings(address, port, jdbcUrl, user, password, poolSize, databaseTimeout);
    }

    public RegistryServerSettings withDatabaseTimeout(Duration timeout) {
        return new RegistryServerSettings(bind, port, jdbcUrl, user, password, poolSize, timeout);
    }

    /** Leaves out the password, and the URL's parameters, which may hold one. */
    @Override
    public String toString() {
        return "RegistryServerSettings[bind=" + bind + ", port=" + port + ", database=" + database() + ", user=" + user
                + "]";
    }

    /** The JDBC URL without its parameters, for messages. */
    String database() {
        int parameters = jdbcUrl.indexOf('?');
        return parameters < 0 ? jdbcUrl : jdbcUrl.substring(0, parameters);
    }
}
