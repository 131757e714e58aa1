package io.lightflow.reports.server;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.lightflow.reports.http.Json;
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
 * Campaigns, budgets and statistics over HTTP. Any number of them may read one database; there is no leader. The tables are made by
 * the topologies.
 *
 * <p>Made, started and closed by one thread, once each.
 */
public final class ReportsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReportsServer.class);
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    private final ReportsSettings settings;
    private Pools pools;
    private Javalin http;

    public ReportsServer(ReportsSettings settings) {
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /**
     * Begins to answer, also while the database is away.
     *
     * @return this
     * @throws IllegalStateException if it was started before, or the port is taken; nothing is left open then
     */
    public ReportsServer start() {
        if (pools != null) {
            throw new IllegalStateException("This reports server was started before: make another one");
        }
        pools = new Pools(settings);
        Javalin server;
        try {
            server = Javalin.create(this::configure);
        } catch (RuntimeException e) {
            pools.close();
            throw e;
        }
        try {
            server.start(settings.bind(), settings.port());
        } catch (RuntimeException e) {
            server.stop();
            pools.close();
            throw new IllegalStateException(
                    "The reports server cannot listen on " + settings.bind() + ":" + settings.port()
                            + ". Choose a free port and an address of this machine"
                            + (settings.tls().isPresent() ? ", and check the key store and its password." : "."),
                    e);
        }
        http = server;
        LOG.info("The reports server answers at {} and reads {}", url(), settings.replica());
        return this;
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.useVirtualThreads = Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS;
        config.http.defaultContentType = Json.CONTENT_TYPE;
        config.http.maxRequestSize = settings.maxRequestBytes();
        config.http.prefer405over404 = true;
        // A campaign's id may hold an encoded slash.
        config.jetty.modifyHttpConfiguration(jetty -> {
            jetty.setUriCompliance(UriCompliance.from("DEFAULT,AMBIGUOUS_PATH_SEPARATOR"));
            jetty.setSendServerVersion(false);
        });
        config.jetty.modifyServletContextHandler(
                context -> context.getServletHandler().setDecodeAmbiguousURIs(true));
        settings.tls().ifPresent(tls -> config.jetty.addConnector((jetty, http) -> tlsConnector(jetty, http, tls)));
        new ReportsApi(settings.access(), pools).addTo(config);
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
            throw new IllegalStateException("The reports server has no port before it is started");
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
        if (pools != null) {
            pools.close();
        }
    }
}
