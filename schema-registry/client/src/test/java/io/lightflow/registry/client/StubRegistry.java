package io.lightflow.registry.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Sends prepared responses in turn, repeats the last one, and records the requests. It serves failures that a real
 * registry does not produce on demand.
 */
final class StubRegistry implements AutoCloseable {
    record Response(int status, String body) {}

    private final HttpServer server;
    private final Queue<Response> responses = new ArrayDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();

    private StubRegistry(HttpServer server) {
        this.server = server;
    }

    static StubRegistry respondingWith(Response... responses) {
        try {
            return start(HttpServer.create(anyPort(), 0), responses);
        } catch (IOException e) {
            throw new UncheckedIOException("Starting a stub registry on a free port failed", e);
        }
    }

    /** Serves TLS with the certificate of {@code tls}. */
    static StubRegistry respondingOverTls(ClientTlsSettings tls, Response... responses) {
        try {
            HttpsServer server = HttpsServer.create(anyPort(), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls.context()));
            return start(server, responses);
        } catch (IOException e) {
            throw new UncheckedIOException("Starting a stub registry on a free port failed", e);
        }
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static StubRegistry start(HttpServer server, Response... responses) {
        StubRegistry stub = new StubRegistry(server);
        stub.responses.addAll(List.of(responses));
        server.createContext("/", stub::handle);
        server.start();
        return stub;
    }

    URI url() {
        return URI.create((server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:"
                + server.getAddress().getPort());
    }

    List<String> requests() {
        return requests;
    }

    /** The Authorization header of each request; "null" if it was absent. */
    List<String> authorizations() {
        return authorizations;
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        Response response = responses.size() > 1 ? responses.remove() : responses.element();
        byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(response.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
