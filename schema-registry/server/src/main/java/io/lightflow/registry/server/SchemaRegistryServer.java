package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariDataSource;
import io.lightflow.service.http.HttpServer;
import io.lightflow.service.http.JsonErrorHandler;
import java.net.URI;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry with the Confluent REST API (v1) that stores everything in PostgreSQL. Any number of servers may
 * share one database, without a leader.
 *
 * <p>One thread creates, starts and closes it, once each.
 */
public final class SchemaRegistryServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistryServer.class);

    private final RegistryServerSettings settings;
    private HikariDataSource database;
    private HikariDataSource health;
    private HttpServer http;

    public SchemaRegistryServer(RegistryServerSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /**
     * Migrates the tables and starts the HTTP server.
     *
     * @return this
     * @throws IllegalStateException if it was started before, or the port is in use; no resource stays open then
     * @throws RuntimeException if the database is unavailable until the timeout, or the migration fails; the message
     *     names the database
     */
    public SchemaRegistryServer start() {
        if (database != null) {
            throw new IllegalStateException("This schema registry was already started: create another one");
        }
        database = RegistryDatabase.open(settings);
        health = RegistryDatabase.health(settings);
        try {
            RegistryApi api = new RegistryApi(database, health, settings);
            http = HttpServer.start(
                    "The schema registry",
                    settings.http(),
                    RegistryJson.CONTENT_TYPE,
                    new JsonErrorHandler(RegistryJson.CONTENT_TYPE, RegistryJson::failure),
                    api::addTo);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        LOG.info("The schema registry listens at {} and stores its schemas in {}", url(), settings.database());
        return this;
    }

    /** The port on which the server listens. */
    public int port() {
        return started().port();
    }

    /** The base URL for clients on this machine. */
    public URI url() {
        return started().url();
    }

    private HttpServer started() {
        if (http == null) {
            throw new IllegalStateException("Expected a started schema registry, found one that was not started");
        }
        return http;
    }

    /** Stops the server and closes the connections. Idempotent; may be called at any time. */
    @Override
    public void close() {
        if (http != null) {
            http.close();
        }
        if (database != null) {
            database.close();
        }
        if (health != null) {
            health.close();
        }
    }
}
