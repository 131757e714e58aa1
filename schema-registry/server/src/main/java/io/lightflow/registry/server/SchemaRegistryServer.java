package io.lightflow.registry.server;

import com.zaxxer.hikari.HikariDataSource;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import java.net.URI;
import java.util.Objects;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
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
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

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
        Javalin server;
        try {
            server = Javalin.create(this::configure);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
        try {
            server.start(settings.bind(), settings.port());
        } catch (RuntimeException e) {
            server.stop();
            database.close();
            throw new IllegalStateException(
                    "The schema registry cannot listen on " + settings.bind() + ":" + settings.port()
                            + ". Choose a free port and an address of this machine"
                            + (settings.tls().isPresent() ? ", and check the key store and its password." : "."),
                    e);
        }
        http = server;
        LOG.info("The schema registry answers at {} and keeps its schemas in {}", url(), settings.database());
        return this;
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.useVirtualThreads = Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS;
        config.http.defaultContentType = Answers.CONTENT_TYPE;
        config.http.maxRequestSize = settings.maxRequestBytes();
        config.http.prefer405over404 = true;
        // A subject may hold an encoded slash.
        config.jetty.modifyHttpConfiguration(jetty -> {
            jetty.setUriCompliance(UriCompliance.from("DEFAULT,AMBIGUOUS_PATH_SEPARATOR"));
            jetty.setSendServerVersion(false);
        });
        config.jetty.modifyServletContextHandler(
                context -> context.getServletHandler().setDecodeAmbiguousURIs(true));
        settings.tls().ifPresent(tls -> config.jetty.addConnector((jetty, http) -> tlsConnector(jetty, http, tls)));
        new RegistryApi(database, settings.access()).addTo(config);
    }

    private ServerConnector tlsConnector(Server jetty, HttpConfiguration http, TlsSettings tls) {
        SslContextFactory.Server keys = new SslContextFactory.Server();
        keys.setKeyStorePath(tls.keyStore().toAbsolutePath().toString());
        keys.setKeyStorePassword(tls.password());
        HttpConfiguration https = new HttpConfiguration(http);
        // Which host name leads here is the client's business: it checks the certificate.
        https.addCustomizer(new SecureRequestCustomizer(false));
        ServerConnector connector = new ServerConnector(
                jetty,
                new SslConnectionFactory(keys, HttpVersion.HTTP_1_1.asString()),
                new HttpConnectionFactory(https));
        connector.setHost(settings.bind());
        connector.setPort(settings.port());
        return connector;
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
        return URI.create((settings.tls().isPresent() ? "https://" : "http://")
                + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
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
