package io.lightflow.topology.metrics;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import io.lightflow.position.Position;
import io.lightflow.topology.settings.MetricsSection;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Serves metrics at {@code /metrics}, and the health of shards at {@code /health/ready} and {@code /health/live}. */
public final class MetricsEndpoint implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final HTTPServer server;
    private final Supplier<List<ShardState>> shards;

    private MetricsEndpoint(
            MetricsSection settings, int port, PrometheusRegistry registry, Supplier<List<ShardState>> shards)
            throws IOException {
        this.shards = shards;
        this.server = HTTPServer.builder()
                .hostname(settings.host())
                .port(port)
                .registry(registry)
                .registerHealthHandler(false)
                .defaultHandler(this::answer)
                .buildAndStart();
    }

    /**
     * Listens on the first free port of the range.
     *
     * @param shards tells the states of the shards
     * @throws UncheckedIOException if none is free, or the address is none of this machine
     */
    public static MetricsEndpoint open(
            MetricsSection settings, PrometheusRegistry registry, Supplier<List<ShardState>> shards) {
        IOException last = null;
        for (int port = settings.firstPort(); port <= settings.lastPort(); port++) {
            try {
                return new MetricsEndpoint(settings, port, registry, shards);
            } catch (BindException e) {
                last = e;
            } catch (IOException e) {
                throw new UncheckedIOException(failure(settings, e), e);
            }
        }
        throw new UncheckedIOException(failure(settings, last), last);
    }

    private static String failure(MetricsSection settings, IOException cause) {
        return "the metrics cannot be exported on a port " + settings.ports() + " of " + settings.host() + ": "
                + cause.getMessage();
    }

    /** The port that it listens on. */
    public int port() {
        return server.getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        switch (exchange.getRequestURI().getPath()) {
            case "/health/live" -> send(exchange, OK, Map.of("status", "UP"));
            case "/health/ready" -> sendReadiness(exchange);
            default -> send(exchange, NOT_FOUND, Map.of("paths", List.of("/metrics", "/health/live", "/health/ready")));
        }
    }

    private void sendReadiness(HttpExchange exchange) throws IOException {
        List<ShardState> known = shards.get();
        boolean ready = known.stream().allMatch(ShardState::isReady);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", status(ready));
        List<Map<String, Object>> states = new ArrayList<>();
        known.forEach(shard -> states.add(describe(shard)));
        body.put("shards", states);
        send(exchange, ready ? OK : UNAVAILABLE, body);
    }

    private static String status(boolean up) {
        return up ? "UP" : "DOWN";
    }

    private static Map<String, Object> describe(ShardState shard) {
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("group", shard.group());
        state.put("topology", shard.topology());
        state.put("shard", shard.shard());
        state.put("status", status(shard.isReady()));
        if (shard.watermark() != Position.NO_TIME) {
            state.put("watermark", Instant.ofEpochMilli(shard.watermark()).toString());
        }
        if (shard.reason() != null) {
            state.put("reason", shard.reason());
        }
        return state;
    }

    private static void send(HttpExchange exchange, int status, Map<String, ?> body) throws IOException {
        byte[] json = JSON.writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, json.length);
        exchange.getResponseBody().write(json);
        exchange.close();
    }

    @Override
    public void close() {
        server.close();
    }
}
