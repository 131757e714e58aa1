package io.lightflow.capture.metrics;

import io.lightflow.producer.LightEventsMetrics;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Prometheus metrics of the server. Thread-safe. */
public final class CaptureMetrics {
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private static final Logger LOG = LoggerFactory.getLogger(CaptureMetrics.class);
    private static final String PREFIX = "lightflow_capture_";
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Histogram requests;
    private final Counter events;
    private final Counter invalid;
    private final Counter notDurable;
    private final Counter unrecordedClicks;
    private final Counter rejectedLinks;
    private final AtomicBoolean failing = new AtomicBoolean();

    public CaptureMetrics() {
        requests = Histogram.builder()
                .name(PREFIX + "request_seconds")
                .help("Time to answer a request, until its event is durable")
                .labelNames("path", "status")
                .classicOnly()
                .classicUpperBounds(0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
                .register(registry);
        events = Counter.builder()
                .name(PREFIX + "events_total")
                .help("Events that were durable before their request was answered")
                .labelNames("type")
                .register(registry);
        invalid = counter("invalid_events_total", "Events that the join would reject");
        notDurable = counter("not_durable_total", "Events that could not be made durable in time");
        unrecordedClicks = counter("unrecorded_clicks_total", "Clicks that were redirected although not durable");
        rejectedLinks = Counter.builder()
                .name(PREFIX + "rejected_links_total")
                .help("Requests whose link was not genuine")
                .labelNames("kind", "reason")
                .register(registry);
        JvmMetrics.builder().register(registry);
    }

    private Counter counter(String name, String help) {
        return Counter.builder().name(PREFIX + name).help(help).register(registry);
    }

    /** Adds the metrics of the producer. */
    public void observe(Supplier<LightEventsMetrics> producer) {
        gauge("waiting_events", "Events that Kafka has not acknowledged", producer, LightEventsMetrics::waiting);
        gauge("spool_bytes", "Size of the spool's files", producer, LightEventsMetrics::spoolBytes);
        total(
                "acknowledged_events_total",
                "Events that Kafka has acknowledged",
                producer,
                LightEventsMetrics::acknowledged);
        total("lost_events_total", "Events that Kafka rejected permanently", producer, LightEventsMetrics::lost);
        total("recovered_events_total", "Events of an earlier process", producer, LightEventsMetrics::recovered);
    }

    private void gauge(
            String name, String help, Supplier<LightEventsMetrics> producer, ToLongFunction<LightEventsMetrics> value) {
        GaugeWithCallback.builder()
                .name(PREFIX + name)
                .help(help)
                .callback(values -> values.call(value.applyAsLong(producer.get())))
                .register(registry);
    }

    private void total(
            String name, String help, Supplier<LightEventsMetrics> producer, ToLongFunction<LightEventsMetrics> value) {
        CounterWithCallback.builder()
                .name(PREFIX + name)
                .help(help)
                .callback(values -> values.call(value.applyAsLong(producer.get())))
                .register(registry);
    }

    public void answered(String path, int status, long nanos) {
        requests.labelValues(path, Integer.toString(status)).observe(nanos / NANOS_PER_SECOND);
    }

    public void recorded(String type) {
        events.labelValues(type.toLowerCase(Locale.ROOT)).inc();
        if (failing.get() && failing.compareAndSet(true, false)) {
            LOG.info("Events are stored again");
        }
    }

    /** Counts an event that is not durable, and logs the start of an outage. */
    public void notDurable(Throwable cause) {
        notDurable.inc();
        if (failing.compareAndSet(false, true)) {
            LOG.warn("An event was not stored: its request gets 503, and clicks are redirected uncounted", cause);
        }
    }

    public void invalid() {
        invalid.inc();
    }

    public void clickUnrecorded() {
        unrecordedClicks.inc();
    }

    public void linkRejected(LinkKind kind, LinkVerdict.Reason reason) {
        rejectedLinks
                .labelValues(kind.name().toLowerCase(Locale.ROOT), reason.name().toLowerCase(Locale.ROOT))
                .inc();
    }

    /** All metrics in Prometheus' text format. */
    public byte[] scrape() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(text, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toByteArray();
    }
}
