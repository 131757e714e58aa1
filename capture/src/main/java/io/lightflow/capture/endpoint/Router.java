package io.lightflow.capture.endpoint;

import io.lightflow.capture.metrics.CaptureMetrics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives each request to its endpoint. Thread-safe. */
public final class Router {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    private static final String NO_ENDPOINT = "none";

    private final Map<String, Endpoint> endpoints = new LinkedHashMap<>();
    private final CaptureMetrics metrics;

    public Router(List<? extends Endpoint> endpoints, CaptureMetrics metrics) {
        endpoints.forEach(endpoint -> this.endpoints.put(endpoint.path(), endpoint));
        this.metrics = metrics;
    }

    /** Answers a request. The stage never fails. */
    public CompletionStage<Reply> handle(CaptureRequest request) {
        long start = System.nanoTime();
        Endpoint endpoint = endpoints.get(request.path());
        String path = endpoint == null ? NO_ENDPOINT : endpoint.path();
        return answer(endpoint, request).handle((reply, failure) -> {
            Reply sent = failure == null ? reply : failed(path, failure);
            metrics.answered(path, sent.status(), System.nanoTime() - start);
            return sent;
        });
    }

    private static CompletionStage<Reply> answer(Endpoint endpoint, CaptureRequest request) {
        if (endpoint == null) {
            return CompletableFuture.completedFuture(Reply.text(404, "There is nothing here."));
        }
        if (request.method().equals("OPTIONS")) {
            return CompletableFuture.completedFuture(Reply.noContent()
                    .with("allow", allowed(endpoint))
                    .with("access-control-allow-methods", allowed(endpoint))
                    .with("access-control-allow-headers", "content-type")
                    .with("access-control-max-age", "86400"));
        }
        if (!accepts(endpoint, request.method())) {
            return CompletableFuture.completedFuture(
                    Reply.text(405, "This method is not allowed here.").with("allow", allowed(endpoint)));
        }
        try {
            return endpoint.handle(request);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static boolean accepts(Endpoint endpoint, String method) {
        return endpoint.methods().contains(method.equals("HEAD") ? "GET" : method);
    }

    private static String allowed(Endpoint endpoint) {
        TreeSet<String> methods = new TreeSet<>(endpoint.methods());
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        methods.add("OPTIONS");
        return String.join(", ", methods);
    }

    private static Reply failed(String path, Throwable failure) {
        if (failure instanceof RequestException refused) {
            return refused.reply();
        }
        LOG.error("Answering a request for {} failed", path, failure);
        return Reply.text(500, "The server failed.");
    }
}
