package io.lightflow.reports.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.reports.page.MetricsText.Sample;
import java.io.ByteArrayOutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** {@code /v1/monitors}: what each {@code lightflow monitor} tells of its group. */
final class MonitorHealth {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int MAX_BYTES = 16 << 20;
    private static final String PREFIX = "lightflow_";

    private final List<URI> monitors;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    MonitorHealth(List<URI> monitors) {
        this.monitors = List.copyOf(monitors);
    }

    private record MonitorsResponse(List<Monitor> monitors) {}

    /** @param failure null if the monitor has answered */
    private record Monitor(URI url, String failure, List<Sample> samples) {}

    void addTo(RoutesConfig routes) {
        routes.get("/v1/monitors", ReportsJson.handler(this::monitors), ReportsRole.VIEWER);
    }

    private MonitorsResponse monitors(Context context) {
        Parameters.of(context);
        RequestPrincipal.of(context).requireAllAdvertisers();
        List<CompletableFuture<Monitor>> looks =
                monitors.stream().map(this::look).toList();
        return new MonitorsResponse(looks.stream().map(CompletableFuture::join).toList());
    }

    /** All monitors are asked at the same time: one that does not answer delays the others by the timeout only. */
    private CompletableFuture<Monitor> look(URI monitor) {
        HttpRequest request =
                HttpRequest.newBuilder(metrics(monitor)).timeout(TIMEOUT).build();
        return client.sendAsync(request, answer -> text())
                .thenApply(answer -> monitor(monitor, answer))
                .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> new Monitor(monitor, words(failure), List.of()));
    }

    private static URI metrics(URI monitor) {
        return URI.create(monitor.toString().replaceAll("/+$", "") + "/metrics");
    }

    private static HttpResponse.BodySubscriber<String> text() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return BodySubscribers.mapping(
                BodySubscribers.ofByteArrayConsumer(chunk -> chunk.ifPresent(part -> {
                    if (bytes.size() + part.length > MAX_BYTES) {
                        throw new IllegalStateException("expected at most " + MAX_BYTES + " bytes, found more");
                    }
                    bytes.writeBytes(part);
                })),
                end -> bytes.toString(StandardCharsets.UTF_8));
    }

    private static Monitor monitor(URI url, HttpResponse<String> answer) {
        return answer.statusCode() == 200
                ? new Monitor(url, null, MetricsText.samples(answer.body(), PREFIX))
                : new Monitor(url, "expected the status 200, found " + answer.statusCode(), List.of());
    }

    private static String words(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof ConnectException) {
            return "it refuses the connection";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
