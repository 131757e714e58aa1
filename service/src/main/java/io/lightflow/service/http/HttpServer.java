package io.lightflow.service.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** A Javalin that answers, over TLS where there is a key. */
public final class HttpServer implements AutoCloseable {
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    private final HttpSettings settings;
    private final Javalin javalin;

    private HttpServer(HttpSettings settings, Javalin javalin) {
        this.settings = settings;
        this.javalin = javalin;
    }

    /**
     * @param name for messages: "The schema registry"
     * @param contentType of answers that name none
     * @param api adds the paths
     * @throws IllegalStateException if the port is taken, or the key store cannot be used; nothing is left open then
     */
    public static HttpServer start(
            String name, HttpSettings settings, String contentType, Consumer<JavalinConfig> api) {
        Javalin javalin = Javalin.create(config -> {
            configure(config, settings);
            config.http.defaultContentType = contentType;
            api.accept(config);
        });
        try {
            javalin.start(settings.bind(), settings.port());
        } catch (RuntimeException e) {
            javalin.stop();
            throw new IllegalStateException(
                    name + " cannot listen on " + settings.bind() + ":" + settings.port()
                            + ". Choose a free port and an address of this machine"
                            + (settings.tls().isPresent() ? ", and check the key store and its password." : "."),
                    e);
        }
        return new HttpServer(settings, javalin);
    }

    private static void configure(JavalinConfig config, HttpSettings settings) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.useVirtualThreads = Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS;
        config.http.maxRequestSize = settings.maxRequestBytes();
        config.http.prefer405over404 = true;
        // What a path names may hold an encoded slash.
        config.jetty.modifyHttpConfiguration(jetty -> {
            jetty.setUriCompliance(UriCompliance.from("DEFAULT,AMBIGUOUS_PATH_SEPARATOR"));
            jetty.setSendServerVersion(false);
        });
        config.jetty.modifyServletContextHandler(
                context -> context.getServletHandler().setDecodeAmbiguousURIs(true));
        settings.tls()
                .ifPresent(tls -> config.jetty.addConnector((jetty, http) -> tlsConnector(jetty, http, settings, tls)));
    }

    private static ServerConnector tlsConnector(
            Server jetty, HttpConfiguration http, HttpSettings settings, TlsSettings tls) {
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
        return javalin.port();
    }

    /** The base URL for clients on this machine. */
    public URI url() {
        String host = settings.bind().equals("0.0.0.0") ? "127.0.0.1" : settings.bind();
        return URI.create((settings.tls().isPresent() ? "https://" : "http://")
                + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
    }

    /** What is answered: a method and a path each. */
    public List<String> paths() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(handler -> handler.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod())
                .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
                .toList();
    }

    /** Stops answering. May be called twice. */
    @Override
    public void close() {
        javalin.stop();
    }
}
