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
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.KeyStoreScanner;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** A Javalin server, with TLS if a key store is configured. */
public final class HttpServer implements AutoCloseable {
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    private final HttpSettings settings;
    private final Javalin javalin;

    private HttpServer(HttpSettings settings, Javalin javalin) {
        this.settings = settings;
        this.javalin = javalin;
    }

    /**
     * @param name the server's name in messages, such as "The schema registry"
     * @param contentType default content type of responses
     * @param errors responds to requests that reach no path
     * @param api adds the paths
     * @throws IllegalStateException if the port is in use, or the key store is unusable; no resource stays open then
     */
    public static HttpServer start(
            String name,
            HttpSettings settings,
            String contentType,
            JsonErrorHandler errors,
            Consumer<JavalinConfig> api) {
        Javalin javalin = Javalin.create(config -> {
            configure(config, settings, errors);
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

    private static void configure(JavalinConfig config, HttpSettings settings, JsonErrorHandler errors) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.useVirtualThreads = Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS;
        config.http.maxRequestSize = settings.maxRequestBytes();
        config.http.prefer405over404 = true;
        // Path parameters may contain an encoded slash, percent sign, backslash or control character; the checks of
        // each path reject it with an explanation.
        config.jetty.modifyHttpConfiguration(jetty -> {
            jetty.setUriCompliance(UriCompliance.from(
                    "DEFAULT,AMBIGUOUS_PATH_SEPARATOR,AMBIGUOUS_PATH_ENCODING,SUSPICIOUS_PATH_CHARACTERS"));
            jetty.setSendServerVersion(false);
        });
        config.jetty.modifyServletContextHandler(
                context -> context.getServletHandler().setDecodeAmbiguousURIs(true));
        config.jetty.modifyServer(jetty -> {
            jetty.setErrorHandler(errors);
            jetty.addBean(new NetworkConnectionLimit(settings.limits().maxConnections(), jetty));
        });
        settings.tls()
                .ifPresent(tls -> config.jetty.addConnector((jetty, http) -> tlsConnector(jetty, http, settings, tls)));
    }

    private static ServerConnector tlsConnector(
            Server jetty, HttpConfiguration http, HttpSettings settings, ServerTlsSettings tls) {
        SslContextFactory.Server keys = new SslContextFactory.Server();
        keys.setKeyStorePath(tls.keyStore().toAbsolutePath().toString());
        keys.setKeyStorePassword(tls.password());
        // Renewed certificates count without a restart.
        jetty.addBean(new KeyStoreScanner(keys));
        HttpConfiguration https = new HttpConfiguration(http);
        // The server does not check the host name: the client verifies the certificate.
        https.addCustomizer(new SecureRequestCustomizer(false));
        ServerConnector connector = new ServerConnector(
                jetty,
                new SslConnectionFactory(keys, HttpVersion.HTTP_1_1.asString()),
                new HttpConnectionFactory(https));
        connector.setHost(settings.bind());
        connector.setPort(settings.port());
        return connector;
    }

    /** The port on which the server listens. */
    public int port() {
        return javalin.port();
    }

    /** The base URL for clients on this machine. */
    public URI url() {
        String host = settings.bind().equals("0.0.0.0") ? "127.0.0.1" : settings.bind();
        return URI.create((settings.tls().isPresent() ? "https://" : "http://")
                + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
    }

    /** The endpoints, each as a method and a path. */
    public List<String> paths() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(handler -> handler.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod())
                .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
                .toList();
    }

    /** Stops the server. Idempotent. */
    @Override
    public void close() {
        javalin.stop();
    }
}
