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
 * Gives prepared answers in turn, the last one forever, and notes what it was asked: for what a real registry does not
 * do on demand.
 */
final class StubRegistry implements AutoCloseable {
    record Answer(int status, String body) {}

    private final HttpServer server;
    private final Queue<Answer> answers = new ArrayDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();

    private StubRegistry(HttpServer server) {
        this.server = server;
    }

    static StubRegistry answering(Answer... answers) {
        try {
            return start(HttpServer.create(anyPort(), 0), answers);
        } catch (IOException e) {
            throw new UncheckedIOException("Starting a stub registry on a free port failed", e);
        }
    }

    /** With a certificate of its own. */
    static StubRegistry answeringBehindTls(TlsSettings tls, Answer... answers) {
        try {
            HttpsServer server = HttpsServer.create(anyPort(), 0);
            server.setHttpsConfigurator(new HttpsConfigurator(tls.context()));
            return start(server, answers);
        } catch (IOException e) {
            throw new UncheckedIOException("Starting a stub registry on a free port failed", e);
        }
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static StubRegistry start(HttpServer server, Answer... answers) {
        StubRegistry stub = new StubRegistry(server);
        stub.answers.addAll(List.of(answers));
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

    /** The header of each request, "null" where there was none. */
    List<String> authorizations() {
        return authorizations;
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        Answer answer = answers.size() > 1 ? answers.remove() : answers.element();
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
