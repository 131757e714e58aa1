package io.lightflow.service.http;

import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * The Prometheus metrics of a service at {@code /metrics}: requests, JVM, and those that the service registers.
 * Thread-safe.
 */
public final class HttpMetrics {
    private static final double MILLIS_PER_SECOND = 1e3;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Histogram requests;

    /** @param prefix prefix of the names, such as {@code lightflow_registry} */
    public HttpMetrics(String prefix) {
        requests = Histogram.builder()
                .name(prefix + "_request_seconds")
                .help("Time to answer a request")
                .labelNames("method", "path", "status")
                .classicOnly()
                .classicUpperBounds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
                .register(registry);
        JvmMetrics.builder().register(registry);
    }

    /** The registry for the metrics of the service. */
    public PrometheusRegistry registry() {
        return registry;
    }

    /** Records a request; for Javalin's request logger. */
    public void record(Context context, float millis) {
        Endpoint endpoint = context.endpoints().matchedHttpEndpoint();
        // Requests without an endpoint share one label, also for the method: clients may send any word as a method, and
        // each would create a series.
        requests.labelValues(
                        endpoint == null ? "none" : endpoint.method.name(),
                        endpoint == null ? "none" : endpoint.path,
                        Integer.toString(context.status().getCode()))
                .observe(millis / MILLIS_PER_SECOND);
    }

    /** Responds with all metrics. */
    public void scrape(Context context) throws IOException {
        PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        writer.write(text, registry.scrape());
        context.contentType(writer.getContentType()).result(text.toByteArray());
    }
}
