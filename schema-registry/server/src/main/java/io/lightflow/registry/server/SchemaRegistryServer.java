package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariDataSource;
import io.javalin.Javalin;
import java.net.URI;
import java.util.Objects;
import org.eclipse.jetty.http.UriCompliance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry that speaks the Confluent REST API (v1) and keeps everything in PostgreSQL. Any number of them may share one
 * database; there is no leader.
 *
 * <p>Made, started and closed by one thread, once each.
 */
public final class SchemaRegistryServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistryServer.class);
    private static final long MAX_REQUEST_BYTES = 1 << 20;

    private final RegistryServerSettings settings;
    private HikariDataSource database;
    private Javalin http;

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
        RegistryApi api = new RegistryApi(new SchemaStore(database));
        Javalin server = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            config.http.defaultContentType = RegistryApi.CONTENT_TYPE;
            config.http.maxRequestSize = MAX_REQUEST_BYTES;
            // A subject may hold an encoded slash.
            config.jetty.modifyHttpConfiguration(
                    jetty -> jetty.setUriCompliance(UriCompliance.from("DEFAULT,AMBIGUOUS_PATH_SEPARATOR")));
            config.jetty.modifyServletContextHandler(
                    context -> context.getServletHandler().setDecodeAmbiguousURIs(true));
            api.addTo(config.routes);
        });
        try {
            server.start(settings.bind(), settings.port());
        } catch (RuntimeException e) {
            database.close();
            throw new IllegalStateException(
                    "The schema registry cannot listen on " + settings.bind() + ":" + settings.port()
                            + ". Choose a free port and an address of this machine.",
                    e);
        }
        http = server;
        LOG.info("The schema registry answers at {} and keeps its schemas in {}", url(), settings.database());
        return this;
    }

    /** The port that it listens on. */
    public int port() {
        if (http == null) {
            throw new IllegalStateException("The schema registry has no port before it is started");
        }
        return http.port();
    }

    /** The base URL for clients on this machine. */
    public URI url() {
        String host = settings.bind().equals("0.0.0.0") ? "127.0.0.1" : settings.bind();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
    }

    /** Stops answering and closes the connections. May be called at any time, also twice. */
    @Override
    public void close() {
        if (http != null) {
            http.stop();
        }
        if (database != null) {
            database.close();
        }
    }
}
