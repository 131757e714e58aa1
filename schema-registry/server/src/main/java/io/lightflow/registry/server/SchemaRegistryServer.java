package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariDataSource;
import io.lightflow.service.http.HttpServer;
import java.net.URI;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry that speaks the Confluent REST API (v1) and keeps everything in PostgreSQL. Any number of them may
 * share one database; there is no leader.
 *
 * <p>Made, started and closed by one thread, once each.
 */
public final class SchemaRegistryServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistryServer.class);

    private final RegistryServerSettings settings;
    private HikariDataSource database;
    private HttpServer http;

    public SchemaRegistryServer(RegistryServerSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /**
     * Brings the tables up to date and begins to answer.
     *
     * @return this
     * @throws IllegalStateException if it was started before, or the port is taken; nothing is left open then
     * @throws RuntimeException naming the database, if that cannot be reached in time or brought up to date
     */
    public SchemaRegistryServer start() {
        if (database != null) {
            throw new IllegalStateException("This schema registry was started before: make another one");
        }
        database = Database.open(settings);
        try {
            RegistryApi api = new RegistryApi(database, settings.access());
            http = HttpServer.start("The schema registry", settings.http(), Answers.CONTENT_TYPE, api::addTo);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        LOG.info("The schema registry answers at {} and keeps its schemas in {}", url(), settings.database());
        return this;
    }

    /** The port that it listens on. */
    public int port() {
        return started().port();
    }

    /** The base URL for clients on this machine. */
    public URI url() {
        return started().url();
    }

    private HttpServer started() {
        if (http == null) {
            throw new IllegalStateException("The schema registry has no port before it is started");
        }
        return http;
    }

    /** Stops answering and closes the connections. May be called at any time, also twice. */
    @Override
    public void close() {
        if (http != null) {
            http.close();
        }
        if (database != null) {
            database.close();
        }
    }
}
